import type { Split } from '../dataset/split.ts'
import type { Engine } from '../engine/engine.ts'
import type { Blocks } from './blocks.ts'
import { type DiscriminantPart, discriminantPart, type LinearPart } from './discriminantPart.ts'
import type { Head } from './head.ts'
import type { LabelledMatrix, LabelledRows } from './labelled.ts'
import type { HeadsPlan } from './plan.ts'
import { formOf, fromSpace, learntOf, toSpace } from './space.ts'
import { trainingRows } from './variants.ts'

/*
 * A head that is half a softmax, half a discriminant: W = ½ W_softmax + ½ W_discriminant / T. Each alone loses to retrain.py's
 * recipe on some set; together they were better on all that were measured (bench/evaluation). Of few pictures it is the softmax alone.
 */

/**
 * Bottlenecks as rows for heads that are half softmax, half discriminant.
 *
 * @param backbones the blocks of each one's bottleneck
 * @param inPlace the bottlenecks may go: they are most of the memory there is
 */
export function inSpace(
  data: LabelledMatrix,
  backbones: readonly Blocks[],
  splits: readonly Split[],
  inPlace = false,
): LabelledMatrix {
  const { labels, categories, rows, width, variants } = data
  const learnt = [...labels.keys()].filter(row => splits[row] === 'train')
  const counts = new Array<number>(categories).fill(0)
  for (const row of learnt) counts[labels[row]!]!++
  const values = variants?.values ?? data.values
  const made = toSpace(values, backbones, learntOf(learnt), formOf(counts), inPlace ? values : undefined)
  return {
    ...data,
    values: made.values.subarray(0, rows * width),
    variants: variants && { ...variants, values: made.values },
    space: made.space,
  }
}

/** The discriminants of a plan's heads; undefined for heads that are a softmax alone. */
export async function discriminantOf(
  engine: Engine,
  data: LabelledMatrix,
  { heads, active }: HeadsPlan,
  signal?: AbortSignal,
): Promise<DiscriminantPart | undefined> {
  if (!data.space?.isHalved) return undefined
  const training = trainingRows(data, active)
  const { width, categories, rows: answered } = data
  const plan = { rows: training.rows, heads, active: training.active }
  return discriminantPart(engine, { ...training, width, categories, answered }, plan, signal)
}

/** The head of what both halves have learnt, for bottlenecks as they come. */
export async function headOf(
  { width, categories, space }: Pick<LabelledRows, 'width' | 'categories' | 'space'>,
  softmax: { readonly weights: Float32Array; readonly bias: Float32Array },
  part: LinearPart | undefined,
): Promise<Head> {
  if (!space) return { ...softmax, width, categories }
  if (!part) return fromSpace({ ...softmax, width, categories }, space)
  const discriminant = await part.weights() // [categories, width]
  const weights = softmax.weights.map((value, at) => {
    return combine(value, discriminant[(at % categories) * width + Math.floor(at / categories)]!)
  })
  return fromSpace({ weights, bias: combined(softmax.bias, part.bias), width, categories }, space)
}

/** Half of the one and half of the other. */
export function combined(softmax: Float32Array, discriminant: Float32Array | undefined): Float32Array {
  return discriminant ? softmax.map((value, at) => combine(value, discriminant[at]!)) : softmax
}

function combine(softmax: number, discriminant: number): number {
  return (softmax + discriminant) / 2
}
