import { readdir } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { foreignByName } from '../formats/foreign.ts'

/** The sentence for a folder whose model other tools made and only those can use; undefined where there is none. */
export async function otherModelIn(folder: string): Promise<UserError | undefined> {
  const names = (await readdir(folder)).sort()
  for (const name of names) {
    const kind = foreignByName(name)
    if (kind === undefined) continue
    const message = `The model in "${folder}", ${name}, is ${kind.what}, which can't be used as it is.`
    return new UserError('E_NO_MODEL', message, kind.remedy === undefined ? {} : { hint: kind.remedy })
  }
  return undefined
}
