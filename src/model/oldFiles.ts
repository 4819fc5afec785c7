import { join } from 'node:path'
import fs from 'fs-extra'
import type { Layout } from './layout.ts'

/** A graph and its labels as other tools than this one left them in a folder. */
export interface OldFiles {
  readonly graph: string
  readonly labels: string
}

/**
 * The model that retrain.py left in a working folder: under the names that TensorFlow for Poets gave it, or under the
 * script's own. Undefined where there is neither graph.
 */
export async function oldFiles({ root, graph, labels }: Layout): Promise<OldFiles | undefined> {
  const own = { graph: join(root, 'output_graph.pb'), labels: join(root, 'output_labels.txt') }
  for (const files of [{ graph, labels }, own]) if (await fs.pathExists(files.graph)) return files
  return undefined
}
