import { writeSavedModel } from '../formats/savedmodel/write.ts'
import { withHalfWeights } from '../graph/half.ts'
import { featuresName, LOGITS, RESULT } from '../model/graph.ts'
import { labelLines } from '../model/labelsFile.ts'
import { familiarFiles } from './familiar.ts'
import type { ExportFiles, ExportFormatOptions, ExportModel } from './formats.ts'
import { withPixels } from './pixels.ts'
import { savedModelReadme } from './readme.ts'

/**
 * A SavedModel for TensorFlow Serving and `tf.saved_model.load`. Its signature `serving_default` takes `pixels`, uint8
 * [n, size, size, 3], and gives `scores`. The labels lie in `assets.extra`, the place that TensorFlow leaves to others.
 */
export async function exportSavedModel(model: ExportModel, { float16 }: ExportFormatOptions): Promise<ExportFiles> {
  const { labels, recipes, familiarity } = model
  const graph = withPixels(await model.graph(), recipes, 'uint8')
  const files = writeSavedModel(float16 ? withHalfWeights(graph) : graph, {
    outputs: {
      scores: RESULT,
      ...(familiarity && { features: featuresName(recipes.length), logits: LOGITS }),
    },
    lengths: { [RESULT]: labels.length, [LOGITS]: labels.length },
    extra: Object.fromEntries(
      [
        ['README.md', savedModelReadme(model)] as const,
        ['labels.txt', labelLines(labels)] as const,
        ...(await familiarFiles(familiarity, ['familiar.py', 'familiar.js'])),
      ].map(([name, text]) => [name, Buffer.from(text)]),
    ),
  })
  return new Map(Object.entries(files).reverse())
}
