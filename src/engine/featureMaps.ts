import type { Tensor } from 'onnxruntime-node'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { withFeatureMap } from '../compile/featureMap.ts'
import { UserError } from '../errors.ts'
import { createSession, loadOrt, refusing } from './onnxSession.ts'

/** What a backbone sees of one picture, place by place, and the average of it. */
export interface FeatureMap {
  /** [height, width, features] */
  readonly values: Float32Array
  readonly height: number
  readonly width: number
  readonly features: number
  /** The bottleneck: the mean over all places, [features]. */
  readonly bottleneck: Float32Array
}

/** How far the mean of the map may lie from the bottleneck, as a share of its largest number: rounding. */
const TOLERANCE = 1e-4

/**
 * Runs a backbone on one picture for its feature map, in onnxruntime. The session is one of its own: that which names
 * pictures has no second output to make and to copy.
 *
 * @param pixels uint8 RGB, [size, size, 3]
 * @throws UserError `E_NO_POOLING` for a backbone whose bottleneck is not the mean of a map; `E_ENGINE`
 */
export async function runFeatureMap(backbone: Backbone, pixels: Uint8Array): Promise<FeatureMap> {
  const ort = await loadOrt()
  const { bytes, map: name } = withFeatureMap(await compiledOnnx(backbone))
  const refused = refusing(backbone.name)
  const session = await createSession(ort, bytes).catch(refused)
  try {
    const { size } = backbone.recipe
    const input = new ort.Tensor('uint8', pixels, [1, size, size, 3])
    const output = await session.run({ [session.inputNames[0]!]: input }).catch(refused)
    const bottleneck = (output[session.outputNames[0]!] as Tensor).data as Float32Array
    return checked({ ...channelsLast(output[name] as Tensor, backbone.features), bottleneck }, backbone.name)
  } finally {
    await session.release()
  }
}

/** [1, features, height, width] or [1, height, width, features] → [height, width, features] */
function channelsLast({ data, dims }: Tensor, features: number): Omit<FeatureMap, 'bottleneck'> {
  const values = data as Float32Array
  const [, second = 0, third = 0, last = 0] = dims
  if (second !== features) return { values, height: second, width: third, features: last }
  const [height, width] = [third, last]
  const places = height * width
  const moved = new Float32Array(values.length)
  for (let feature = 0; feature < features; feature++) {
    for (let place = 0; place < places; place++) moved[place * features + feature] = values[feature * places + place]!
  }
  return { values: moved, height, width, features }
}

/** A pooling may leave out places or weigh them: the map would then not add up to what the head sees. */
function checked(map: FeatureMap, name: string): FeatureMap {
  const { values, height, width, features, bottleneck } = map
  const places = height * width
  let largest = 0
  let off = features === bottleneck.length ? 0 : Number.POSITIVE_INFINITY
  for (let feature = 0; feature < bottleneck.length && off < Number.POSITIVE_INFINITY; feature++) {
    let sum = 0
    for (let at = feature; at < values.length; at += features) sum += values[at]!
    largest = Math.max(largest, Math.abs(bottleneck[feature]!))
    off = Math.max(off, Math.abs(sum / places - bottleneck[feature]!))
  }
  if (off <= TOLERANCE * Math.max(largest, 1e-6)) return map
  throw new UserError('E_NO_POOLING', `The bottleneck of ${name} is not the average of a feature map.`, {
    hint: 'Only such a model tells where in a picture it saw what. Train with another --backbone.',
  })
}
