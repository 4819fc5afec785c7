import { join } from 'node:path'
import fs from 'fs-extra'
import { run } from './runCli.ts'
import { sharedFolder } from './tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from './tinyFolder.ts'

/** A trained working folder that names red and green pictures of 40 pixels at once; for a file's top. */
export async function tinyModel(folder?: string): Promise<{ root: string; tfFiles: string }> {
  const root = folder ?? (await sharedFolder())
  const tfFiles = join(root, 'tf_files')
  await tinyPictures(join(tfFiles, 'data'))
  const { code, err } = await run(['train', tfFiles, ...tinyTraining(await tinyNetwork(root))])
  if (code !== 0) throw new Error(err)
  return { root, tfFiles }
}

/** Pictures to name: copies of those learnt, in folders. */
export async function manyPictures(tfFiles: string, folder: string, count: number): Promise<void> {
  const bytes = await Promise.all(['red/1.png', 'green/2.png'].map(name => fs.readFile(join(tfFiles, 'data', name))))
  for (let at = 0; at < count; at++) {
    await fs.outputFile(join(folder, `cam${at % 3}`, `${String(at).padStart(5, '0')}.png`), bytes[at % 2]!)
  }
}
