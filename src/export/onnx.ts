import { joinOnnx } from '../compile/join.ts'
import { labelLines } from '../model/labelsFile.ts'
import { VERSION } from '../version.ts'
import { familiarFiles } from './familiar.ts'
import type { ExportFiles, ExportFormatOptions, ExportModel } from './formats.ts'
import { describeInputs, pixelInputs } from './pixels.ts'
import { onnxReadme } from './readme.ts'

/**
 * One ONNX model: `pixels`, uint8 [n, size, size, 3], to `scores`; and the features and logits by which a picture unlike
 * anything learnt is told. Labels and recipe are in its metadata, as JSON, where
 * `session.get_modelmeta().custom_metadata_map` finds them.
 */
export async function exportOnnx(model: ExportModel, { float16 }: ExportFormatOptions): Promise<ExportFiles> {
  const { labels, recipes, head } = model
  const inputs = pixelInputs(recipes)
  const names = recipes.map((_, place) => inputs.find(({ places }) => places.includes(place))!.name)
  const metadata = { labels: JSON.stringify(labels), inputs: JSON.stringify(describeInputs(recipes)), itc: VERSION }
  const options = { inputs: names, metadata, float16, withFeatures: model.familiarity !== undefined }
  return new Map<string, Uint8Array | string>([
    ['README.md', onnxReadme(model)],
    ['labels.txt', labelLines(labels)],
    ...(await familiarFiles(model.familiarity, ['familiar.py', 'familiar.js'])),
    ['model.onnx', joinOnnx(await model.compiled(), head, options)],
  ])
}
