import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tempFolder } from './tempFolder.ts'

const SCRIPT = fileURLToPath(new URL('../../bench/scalePictures.mjs', import.meta.url))

/** A working folder with many small pictures, removed when the test ends. */
export async function makeManyPictures(count: number, categories: number): Promise<string> {
  const folder = await tempFolder()
  await promisify(execFile)(process.execPath, [SCRIPT, folder, String(count), String(categories)])
  return folder
}
