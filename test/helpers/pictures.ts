import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'

/** The repository's own sample. */
export const SAMPLE = fileURLToPath(new URL('../../tf_files/data', import.meta.url))
export const SAMPLE_TEST = fileURLToPath(new URL('../../test_data', import.meta.url))

/** Makes a working folder with the first `count` sample pictures of some categories. */
export async function sampleFolder(root: string, categories: readonly string[], count: number): Promise<string> {
  const tfFiles = join(root, 'tf_files')
  for (const category of categories) {
    const names = (await fs.readdir(join(SAMPLE, category))).sort().slice(0, count)
    for (const name of names) await fs.copy(join(SAMPLE, category, name), join(tfFiles, 'data', category, name))
  }
  return tfFiles
}
