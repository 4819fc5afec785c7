import type { Engine, HeadWeights } from '../engine/engine.ts'
import type { FeatureMatrix } from '../features/matrix.ts'
import { pause } from '../flow/pause.ts'
import { transposed } from '../graph/transpose.ts'
import type { LinearPart } from './discriminantPart.ts'
import { combined } from './halves.ts'
import type { LabelledStore } from './labelled.ts'

/** Numbers that are read at a time: 16 MB. */
const AT_ONCE = 4e6

/** Heads side by side, whatever they came of: logits are features · weightsᵀ + bias. */
export interface Outputs {
  /** [outputs, width] */
  readonly weights: Float32Array
  /** [outputs] */
  readonly bias: Float32Array
}

/** What both halves of some heads have learnt, or the softmax alone. */
export async function outputsOf(
  { weights, bias }: HeadWeights,
  part: LinearPart | undefined,
  { width, categories }: Pick<LabelledStore, 'width' | 'categories'>,
): Promise<Outputs> {
  const rows = new Float32Array(weights.length)
  const size = categories * width
  for (let at = 0; at < weights.length; at += size) {
    rows.set(transposed(weights.subarray(at, at + size), width, categories), at)
  }
  return { weights: combined(rows, await part?.weights()), bias: combined(bias, part?.bias) }
}

/** Logits of rows in memory, [rows, outputs]. */
export async function logitsOf(
  engine: Engine,
  { values, width }: FeatureMatrix,
  outputs: Outputs,
): Promise<Float32Array> {
  const answer = await answering(engine, width, outputs)
  return answer.logits(values).finally(() => answer.dispose())
}

/**
 * Logits of stored rows, by one look at each.
 *
 * @param chosen the rows; all that are answered for, variants left out, unless given
 * @param onBlock gets those of some rows at a time, from the chosen row at place `first` on: [some, outputs]
 * @throws the signal's reason when aborted
 */
export async function answerStored(
  engine: Engine,
  { stored, rows, width }: LabelledStore,
  outputs: Outputs,
  onBlock: (first: number, logits: Float32Array) => void,
  signal?: AbortSignal,
  chosen?: Int32Array,
): Promise<void> {
  const count = chosen?.length ?? rows
  const answer = await answering(engine, width, outputs)
  try {
    const slice = Math.max(1, Math.floor(AT_ONCE / (width + outputs.bias.length)))
    const memory = new Float32Array(Math.min(slice, count) * width)
    for (let first = 0; first < count; first += slice) {
      await pause(signal)
      const length = Math.min(slice, count - first)
      const some = chosen?.subarray(first, first + length) ?? Int32Array.from({ length }, (_, at) => first + at)
      onBlock(first, await answer.logits(await stored.read(some, memory)))
    }
  } finally {
    await answer.dispose()
  }
}

async function answering(engine: Engine, width: number, { weights, bias }: Outputs) {
  const products = await engine.createProducts({ values: weights, rows: bias.length, width })
  return {
    logits: async (features: Float32Array) => {
      const logits = await products.timesTransposed(features)
      for (let from = 0; from < logits.length; from += bias.length) {
        for (let at = 0; at < bias.length; at++) logits[from + at]! += bias[at]!
      }
      return logits
    },
    dispose: () => products.dispose(),
  }
}
