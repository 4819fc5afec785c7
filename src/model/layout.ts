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
  /** The model as one TensorFlow graph, for other programs. */
  readonly graph: string
  /** One label a line, as TensorFlow's tools read it. */
  readonly labels: string
  /** What training found out, as a page. */
  readonly report: string
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
    graph: join(tfFiles, 'retrained_graph.pb'),
    labels: join(tfFiles, 'retrained_labels.txt'),
    report: join(tfFiles, 'report.html'),
  }
}
