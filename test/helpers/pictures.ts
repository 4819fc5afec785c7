import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'

/** Drawings, which networks that learnt from photographs find hard: some are mistaken, as tests of mistakes need. */
export const SAMPLE = fileURLToPath(new URL('../drawings/data', import.meta.url))
export const SAMPLE_TEST = fileURLToPath(new URL('../drawings/test_data', import.meta.url))

/** Makes a working folder with the first `count` sample pictures of some categories. */
export async function sampleFolder(root: string, categories: readonly string[], count: number): Promise<string> {
  const tfFiles = join(root, 'tf_files')
  for (const category of categories) {
    const names = (await fs.readdir(join(SAMPLE, category))).sort().slice(0, count)
    for (const name of names) await fs.copy(join(SAMPLE, category, name), join(tfFiles, 'data', category, name))
  }
  return tfFiles
}
