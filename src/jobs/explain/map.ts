import type { FeatureMap } from '../../engine/featureMaps.ts'
import { LEAST_SUM } from '../../graph/normalise.ts'
import type { Head } from '../../head/head.ts'

/** Numbers over a plane, [height, width]. */
export interface PlaneMap {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/**
 * The class activation map of one category: what each place of the picture adds to its logit (Zhou, Khosla, Lapedriza,
 * Oliva and Torralba, "Learning Deep Features for Discriminative Localization", CVPR 2016). With a global average and a
 * linear head that is exact: the mean over all places, plus the bias, is the logit. So it is with
 * roots of averages, each place taking the share that it has in the average. Several maps add up, at the size of the finest.
 *
 * @param maps one a block, in the order of the head's rows
 * @param bottleneck that the head's logits are of
 */
export function activationMap(
  head: Head,
  maps: readonly FeatureMap[],
  bottleneck: Float32Array,
  category: number,
): PlaneMap {
  const width = Math.max(...maps.map(map => map.width))
  const height = Math.max(...maps.map(map => map.height))
  const sum = new Float32Array(width * height)
  let row = 0
  for (const map of maps) {
    const block = bottleneck.subarray(row, row + map.features)
    const own = resample(weighted(map, weightsOf(head, map, block, row, category)), width, height)
    for (let place = 0; place < sum.length; place++) sum[place]! += own.values[place]!
    row += map.features
  }
  return { values: sum, width, height }
}

/**
 * What the mean of each of a map's features is to be multiplied by to give what the block adds to the logit. With a head for
 * blocks as they come these are its weights. With one for y = sign(x)·√(|x| / S), S the block's sum, it is
 * y·w = x · w/(√|x|·√S); and of a standard deviation, x = √mean(q), mean(q) · w/(x·√x·√S).
 *
 * @param block the block's numbers
 * @param row the head's first row for it
 */
function weightsOf(head: Head, map: FeatureMap, block: Float32Array, row: number, category: number): Float64Array {
  const { weights, categories, blocks } = head
  const sum = block.reduce((total, value) => total + Math.abs(value), LEAST_SUM)
  return Float64Array.from(block, (value, feature) => {
    const weight = weights[(row + feature) * categories + category]!
    if (!blocks) return map.isDeviation ? weight / value : weight
    if (value === 0) return 0
    return weight / Math.sqrt(Math.abs(value) * sum) / (map.isDeviation ? value : 1)
  })
}

/** Each place's features times their weights. */
function weighted({ values, width, height, features }: FeatureMap, weights: Float64Array): PlaneMap {
  const result = new Float32Array(width * height)
  for (let place = 0; place < result.length; place++) {
    let sum = 0
    for (let feature = 0; feature < features; feature++) {
      sum += values[place * features + feature]! * weights[feature]!
    }
    result[place] = sum
  }
  return { values: result, width, height }
}

/**
 * The map at another size, bilinear, centres on centres, and shifted so that its mean stays what it was: without that
 * several backbones' maps would no longer add up to the logit.
 * @internal for tests: values that are known
 */
export function resample(map: PlaneMap, width: number, height: number): PlaneMap {
  if (map.width === width && map.height === height) return map
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const [top, bottom, down] = between(y, height, map.height)
    for (let x = 0; x < width; x++) {
      const [left, right, across] = between(x, width, map.width)
      const at = (row: number, column: number) => map.values[row * map.width + column]!
      const above = at(top, left) * (1 - across) + at(top, right) * across
      const below = at(bottom, left) * (1 - across) + at(bottom, right) * across
      values[y * width + x] = above * (1 - down) + below * down
    }
  }
  const shift = mean(map.values) - mean(values)
  return { values: values.map(value => value + shift), width, height }
}

/** The places before and after, and the share of the one after. */
function between(place: number, length: number, from: number): [number, number, number] {
  const exact = Math.min(Math.max(((place + 0.5) * from) / length - 0.5, 0), from - 1)
  const before = Math.floor(exact)
  return [before, Math.min(before + 1, from - 1), exact - before]
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
