import { join } from 'node:path'

/** Where things lie in a working folder. */
export interface Layout {
  readonly root: string
  /** A folder a category. */
  readonly data: string
  /** The cache; may be deleted. */
  readonly bottlenecks: string
  /** The model: its manifest and the files that it names. */
  readonly model: string
  readonly manifest: string
  /** One label a line, as TensorFlow's tools read it. */
  readonly labels: string
}

/** The layout of a working folder, `tf_files`. */
export function layoutOf(tfFiles: string): Layout {
  const model = join(tfFiles, 'model')
  return {
    root: tfFiles,
    data: join(tfFiles, 'data'),
    bottlenecks: join(tfFiles, 'bottlenecks'),
    model,
    manifest: join(model, 'manifest.json'),
    labels: join(tfFiles, 'retrained_labels.txt'),
  }
}
