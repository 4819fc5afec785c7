import { type FeatureMap, runFeatureMaps } from '../../engine/featureMaps.ts'
import { lastFeatures } from '../../features/lastFeatures.ts'
import { headLogits } from '../../head/head.ts'
import { softmaxRows } from '../../head/softmax.ts'
import { decodePicture } from '../../image/decode.ts'
import { limitsWith } from '../../image/limits.ts'
import { readPicture } from '../../image/read.ts'
import { type Familiar, familiarOf } from '../../model/familiar.ts'
import { readModel } from '../../model/load.ts'
import { findPictures } from '../../model/pictures.ts'
import { activationMap, type PlaneMap } from './map.ts'
import { type Nearest, nearestPictures } from './nearest.ts'
import { DEFAULT_NEIGHBOURS, DEFAULT_TOP, type ExplainOptions } from './options.ts'

/** Why a category got its score. */
export interface CategoryExplanation {
  readonly label: string
  readonly score: number
  /** Mean of the map plus `bias`. */
  readonly logit: number
  readonly bias: number
  /** What each place of the network's input adds to the logit, above 0 for the category and below against it. */
  readonly map: PlaneMap
}

export interface Explanation extends Familiar {
  /** Best first. */
  readonly categories: readonly CategoryExplanation[]
  readonly nearest: Nearest
  /** The picture's bytes as they were explained. */
  readonly picture: Uint8Array
  /** How each backbone's input was made of it; several backbones look at the same part. */
  readonly resize: 'stretch' | 'crop' | 'pad'
}

/**
 * Explains what a trained model says of one picture: where it saw what speaks for each of the best categories, and which
 * training pictures are most like it.
 *
 * @throws PictureError when the picture can't be used; UserError when there is no model, or none that has maps
 */
export async function explain(tfFiles: string, path: string, options: ExplainOptions = {}): Promise<Explanation> {
  const limits = limitsWith(options.limits)
  const model = await readModel(tfFiles)
  const { manifest, backbones, head } = model
  const { bytes } = await readPicture(path, limits)
  const bottleneck = new Float32Array(head.width)
  const maps: FeatureMap[] = []
  let column = 0
  for (const backbone of backbones) {
    options.signal?.throwIfAborted()
    const own = await runFeatureMaps(backbone, await decodePicture(bytes, backbone.recipe, limits))
    maps.push(...own.maps)
    bottleneck.set(own.bottleneck, column)
    column += backbone.features
  }
  const last = lastFeatures({ values: bottleneck, rows: 1, width: head.width }, backbones)
  const logits = headLogits(head, bottleneck)
  const scores = softmaxRows(logits, head.categories)
  const ranked = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!)
  return {
    categories: ranked.slice(0, options.top ?? DEFAULT_TOP).map(category => ({
      label: manifest.labels[category]!,
      score: scores[category]!,
      logit: logits[category]!,
      bias: head.bias[category]!,
      map: activationMap(head, maps, bottleneck, category),
    })),
    ...familiarOf(model, bottleneck, logits),
    nearest: await nearestPictures(
      () => findPictures(tfFiles, {}, manifest.pictures),
      backbones,
      { bytes, bottleneck: last.values },
      options.neighbours ?? DEFAULT_NEIGHBOURS,
    ),
    picture: bytes,
    resize: backbones[0]!.recipe.resize,
  }
}
