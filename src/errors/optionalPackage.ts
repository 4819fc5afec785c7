import { systemCode, UserError } from '../errors.ts'

/**
 * Loads a package that only some people need, and that is therefore not installed with itc.
 *
 * @param what that needs it, as the start of a sentence: "s3:// addresses need"
 * @param packages as `npm install` takes them
 * @throws UserError `E_MISSING_PACKAGE` with the line that installs it
 */
export async function loadOptional<T>(
  load: () => Promise<T>,
  what: string,
  ...packages: readonly string[]
): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    const [missing, them] = packages.length > 1 ? ['packages that are', 'them'] : ['a package that is', 'it']
    const message = `${what} ${missing} not installed with itc.`
    const hint = `Install ${them} where itc is: npm install ${packages.join(' ')} (with --global if itc was installed so).`
    throw new UserError('E_MISSING_PACKAGE', message, { hint, cause })
  }
}
