import { existsSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readPlainText } from '../disk/readPlain.ts'
import { UserError, unexpected } from '../errors.ts'
import { isReport } from './page.ts'

/**
 * Whether a page can be written there, asked before anything is computed.
 *
 * @throws UserError when there is no place for the page, or something else of the user's
 */
export async function checkReport(path: string): Promise<void> {
  if (!/\.html?$/i.test(path)) throw unexpected('report', 'the name of an .html file', path)
  await checkPlace(path, 'a report', isReport)
}

/**
 * The same for any file that only what itc wrote before may be replaced by.
 *
 * @param kind such as "a report"
 * @throws UserError `E_NO_FOLDER`, `E_EXISTS`
 */
export async function checkPlace(path: string, kind: string, isOurs: (text: string) => boolean): Promise<void> {
  const folder = dirname(path)
  if (!existsSync(dirname(resolve(path)))) {
    throw new UserError('E_NO_FOLDER', `There is no folder "${folder}" for ${kind.replace(/^an? /, 'the ')}.`, {
      hint: 'Make it first.',
    })
  }
  const present = await lstat(path).catch(() => undefined)
  if (present === undefined || (present.isFile() && isOurs(await readPlainText(path)))) return
  throw new UserError('E_EXISTS', `There is "${path}" already, and it is not ${kind}.`, {
    hint: 'Choose another name.',
  })
}
