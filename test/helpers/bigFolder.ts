import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tempFolder } from './tempFolder.ts'

const SCRIPT = fileURLToPath(new URL('../../bench/scalePictures.mjs', import.meta.url))

/** A working folder with many small pictures; removed when the test ends, unless it is given. */
export async function makeManyPictures(count: number, categories: number, given?: string): Promise<string> {
  const folder = given ?? (await tempFolder())
  await promisify(execFile)(process.execPath, [SCRIPT, folder, String(count), String(categories)])
  return folder
}
