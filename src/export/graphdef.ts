import { writeGraphDef } from '../formats/graphdef/write.ts'
import { withHalfWeights } from '../graph/half.ts'
import { labelLines } from '../model/labelsFile.ts'
import { familiarFiles } from './familiar.ts'
import type { ExportFiles, ExportFormatOptions, ExportModel } from './formats.ts'
import { graphdefReadme } from './readme.ts'

/** The frozen graph that training leaves too: for `label_image.py` and everything that fed retrain.py's graphs. */
export async function exportGraphDef(model: ExportModel, { float16 }: ExportFormatOptions): Promise<ExportFiles> {
  const graph = await model.graph()
  return new Map([
    ['README.md', graphdefReadme(model)],
    ['retrained_labels.txt', labelLines(model.labels)],
    ...(await familiarFiles(model.familiarity, ['familiar.py'])),
    ['retrained_graph.pb', writeGraphDef(float16 ? withHalfWeights(graph) : graph)],
  ] as [string, Uint8Array | string][])
}
