import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { type Backbone, blocksOf } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { withFeatureMap } from '../compile/featureMap.ts'
import { UserError } from '../errors.ts'
import { isLight } from './light.ts'
import { anyOrt, loadAnyOrt } from './onnxRuntime.ts'
import { createSession, refusing } from './onnxSession.ts'

/** What one block of a bottleneck comes from, place by place. */
export interface FeatureMap {
  /** [height, width, features]: the block's number itself, or for a standard deviation the squared distance from the mean. */
  readonly values: Float32Array
  readonly height: number
  readonly width: number
  readonly features: number
  /** The block's numbers are standard deviations: the roots of the means over all places, else the means themselves. */
  readonly isDeviation: boolean
}

/** What a backbone makes of one picture, and what it comes from. */
export interface MappedBottleneck {
  readonly bottleneck: Float32Array
  /** One a block, in turn. */
  readonly maps: readonly FeatureMap[]
}

/** How far a map's mean may lie from the bottleneck, as a share of its largest number: rounding. */
const TOLERANCE = 1e-4
/** Added to variances when standard deviations are taken (graph/cut/taps.ts). */
const EPSILON = 1e-6

/**
 * Runs a backbone on one picture for its feature maps, in onnxruntime. The session is one of its own: that which names
 * pictures has no further outputs to make and to copy.
 *
 * @param pixels uint8 RGB, [size, size, 3]
 * @throws UserError `E_NO_POOLING` for a backbone whose bottleneck is not the mean of a map; `E_ENGINE`
 */
export async function runFeatureMaps(backbone: Backbone, pixels: Uint8Array): Promise<MappedBottleneck> {
  const ort = await loadAnyOrt()
  const plain = await compiledOnnx(backbone)
  const { bytes, map, inner } = withFeatureMap(plain)
  if (!(await isLight(plain, backbone))) await runWatched(plain, backbone, pixels)
  const refused = refusing(backbone.name)
  const session = await createSession(ort, bytes).catch(refused)
  try {
    const { size } = backbone.recipe
    const input = new ort.Tensor('uint8', pixels, [1, size, size, 3])
    const output = await session.run({ [session.inputNames[0]!]: input }).catch(refused)
    return mapped(backbone, session, output as Record<string, Tensor>, [map, ...inner])
  } finally {
    await session.release()
  }
}

/** Of a network that may take much: it ends with this picture, then, before the event loop waits for it. */
async function runWatched(bytes: Uint8Array, backbone: Backbone, pixels: Uint8Array): Promise<void> {
  const { startWatchedLanes } = await import('./watchedLanes.ts')
  const runner = await startWatchedLanes(bytes, backbone, 1, await anyOrt())
  try {
    await runner.run(pixels, 1)
  } finally {
    await runner.dispose()
  }
}

function mapped(
  backbone: Backbone,
  { outputNames }: InferenceSession,
  output: Readonly<Record<string, Tensor>>,
  names: readonly string[],
): MappedBottleneck {
  const bottleneck = output[outputNames[0]!]!.data as Float32Array
  const blocks = blocksOf(backbone)
  const maps = blocks.map((length, block) => {
    const map = { ...channelsLast(output[names[block]!]!, length), isDeviation: block > 0 }
    return map.isDeviation ? { ...map, values: squaredDistances(map) } : map
  })
  let start = 0
  for (const [block, length] of blocks.entries()) {
    check(maps[block]!, bottleneck.subarray(start, start + length), backbone.name)
    start += length
  }
  return { bottleneck, maps }
}

/** [1, features, height, width] or [1, height, width, features] → [height, width, features] */
function channelsLast({ data, dims }: Tensor, features: number): Omit<FeatureMap, 'isDeviation'> {
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

/** Of each channel from its mean over all places, with what is added to the variance. */
function squaredDistances(map: Omit<FeatureMap, 'isDeviation'>): Float32Array {
  const means = meansOf(map)
  return map.values.map((value, at) => (value - means[at % map.features]!) ** 2 + EPSILON)
}

/** Of each channel over all places. */
function meansOf({ values, height, width, features }: Omit<FeatureMap, 'isDeviation'>): Float64Array {
  const sums = new Float64Array(features)
  for (let at = 0; at < values.length; at++) sums[at % features]! += values[at]!
  return sums.map(sum => sum / (height * width))
}

/** A pooling may leave out places or weigh them: the map would then not add up to what the head sees. */
function check(map: FeatureMap, block: Float32Array, name: string): void {
  const means = meansOf(map).map(mean => (map.isDeviation ? Math.sqrt(mean) : mean))
  let largest = 1e-6
  let off = means.length === block.length ? 0 : Number.POSITIVE_INFINITY
  for (let feature = 0; feature < block.length && off < Number.POSITIVE_INFINITY; feature++) {
    largest = Math.max(largest, Math.abs(block[feature]!))
    off = Math.max(off, Math.abs(means[feature]! - block[feature]!))
  }
  if (off <= TOLERANCE * largest) return
  throw new UserError('E_NO_POOLING', `The bottleneck of ${name} is not the average of a feature map.`, {
    hint: 'Only such a model tells where in a picture it saw what. Train with another --backbone.',
  })
}
