import { tfjsArtifacts, writeTfjsModel } from '../formats/tfjs/write.ts'
import type { Graph } from '../graph/graph.ts'
import { RESULT } from '../model/graph.ts'
import { labelLines } from '../model/labelsFile.ts'
import { familiarFiles } from './familiar.ts'
import type { ExportFiles, ExportFormatOptions, ExportModel } from './formats.ts'
import { pageFiles } from './page.ts'
import { describeInputs, withPixels } from './pixels.ts'
import { tfjsReadme } from './readme.ts'

/**
 * A TF.js graph model: `pixels`, float32 [n, size, size, 3] with values 0 to 255, to `final_result`; and a page that runs
 * it. float32, although pixels are whole numbers: TF.js checks the type, and pictures resized in TF.js are float32.
 */
export async function exportTfjs(model: ExportModel, { float16 }: ExportFormatOptions): Promise<ExportFiles> {
  const { labels, recipes } = model
  const graph: Graph = withPixels(await model.graph(), recipes, 'float32')
  const options = { float16, outputs: [RESULT], metadata: { labels, inputs: describeInputs(recipes) } }
  return new Map<string, Uint8Array | string>([
    ['README.md', tfjsReadme(model)],
    ['labels.txt', labelLines(labels)],
    ...(await familiarFiles(model.familiarity, ['familiar.js'])),
    ...(await pageFiles(model, tfjsArtifacts(graph, options))),
    ...Object.entries(writeTfjsModel(graph, options)).reverse(),
  ])
}
