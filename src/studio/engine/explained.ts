import type { Backbone } from '../../backbone/backbone.ts'
import { type FeatureMap, runFeatureMaps } from '../../engine/featureMaps.ts'
import type { Head } from '../../head/head.ts'
import { decodeForAll } from '../../image/decode.ts'
import { overlay, seenRegion } from '../../image/overlay.ts'
import { encodePng } from '../../image/png.ts'
import { readPicture } from '../../image/read.ts'
import { decodeUpright } from '../../image/upright.ts'
import { activationMap } from '../../jobs/explain/map.ts'

/** Longer side of the picture with its map, in pixels. */
const SIDE = 640

/**
 * A picture with what speaks in it for a category laid over it.
 *
 * @returns a PNG
 * @throws PictureError; UserError `E_NO_POOLING`
 */
export async function explainedPicture(
  backbones: readonly Backbone[],
  head: Head,
  category: number,
  source: string | Uint8Array,
): Promise<Uint8Array> {
  const bytes = typeof source === 'string' ? (await readPicture(source)).bytes : source
  const inputs = await decodeForAll(
    bytes,
    backbones.map(({ recipe }) => recipe),
  )
  const bottleneck = new Float32Array(head.width)
  const maps: FeatureMap[] = []
  let column = 0
  for (const [place, backbone] of backbones.entries()) {
    const own = await runFeatureMaps(backbone, inputs[place]!)
    maps.push(...own.maps)
    bottleneck.set(own.bottleneck, column)
    column += backbone.features
  }
  const picture = await decodeUpright(bytes, { width: SIDE, height: SIDE })
  // One scale for all categories: their maps can be compared.
  const all = Array.from({ length: head.categories }, (_, at) => activationMap(head, maps, bottleneck, at))
  const strongest = all.reduce(
    (most, { values }) => values.reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
    1e-6,
  )
  return encodePng(overlay(picture, all[category]!, seenRegion(picture, backbones[0]!.recipe.resize), strongest))
}
