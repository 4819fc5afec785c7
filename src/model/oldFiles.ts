import { existsSync } from 'node:fs'
import { join } from 'node:path'
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
export function oldFiles({ root, graph, labels }: Layout): OldFiles | undefined {
  const own = { graph: join(root, 'output_graph.pb'), labels: join(root, 'output_labels.txt') }
  for (const files of [{ graph, labels }, own]) if (existsSync(files.graph)) return files
  return undefined
}

/** The model that Teachable Machine exported for TensorFlow.js; its labels are in `metadata.json`. */
export function teachableFiles({ root }: Layout): OldFiles | undefined {
  const files = { graph: join(root, 'model.json'), labels: join(root, 'metadata.json') }
  return existsSync(files.graph) && existsSync(files.labels) ? files : undefined
}
