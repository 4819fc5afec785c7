import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fs from 'fs-extra'

const execute = promisify(execFile)
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'itc-tests')

/**
 * The Python of a virtual environment with some packages, made once a machine; a sentence where it can't be had.
 *
 * @param whole packages with their versions, and with what they need
 * @param alone packages of which only some modules are used: what the others need is left out
 */
export async function pythonWith(
  whole: readonly string[],
  alone: readonly string[] = [],
): Promise<{ python: string } | { missing: string }> {
  const mark = createHash('sha256')
    .update(JSON.stringify([whole, alone]))
    .digest('hex')
    .slice(0, 12)
  const folder = join(CACHE, `python-${mark}`)
  const [python, done] = [join(folder, 'bin/python'), join(folder, 'done')]
  if (await fs.pathExists(done)) return { python }
  try {
    await fs.remove(folder)
    await execute('python3', ['-m', 'venv', folder], { timeout: 120_000 })
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    await execute(python, [...install, ...whole], { timeout: 400_000 })
    if (alone.length > 0) await execute(python, [...install, '--no-deps', ...alone], { timeout: 120_000 })
    await fs.writeFile(done, '')
    return { python }
  } catch (error) {
    return {
      missing: `${[...whole, ...alone].join(' ')} can't be installed: ${(error as Error).message.split('\n')[0]}`,
    }
  }
}
