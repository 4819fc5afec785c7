import { fitTemperature, foldTemperature } from '../../assess/temperature.ts'
import type { Engine } from '../../engine/engine.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'
import type { Blocks } from '../../head/blocks.ts'
import { inSpace } from '../../head/halves.ts'
import type { Head } from '../../head/head.ts'
import { resolveHeadOptions } from '../../head/options.ts'
import { crossValidate, type LabelledMatrix, trainHead } from '../../head/train.ts'

/** Pictures from which the scores are calibrated anew: fewer say little, and a head of so few is modest as it is. */
const CALIBRATED_FROM = 20
const FOLDS = 5

export interface LiveHeadOptions {
  /** What scores are divided by; found by a quick cross-validation unless given. */
  readonly temperature?: number | undefined
  /** Of each network's bottleneck, where the head is to be half discriminant; a softmax alone unless given. */
  readonly blocks?: readonly Blocks[] | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A head for now: trained on all rows, in memory, and calibrated. For guesses while labels are still being given; what is
 * to stay is made by `train`.
 *
 * @param labels category index of each row, [rows]; two categories at least
 */
export async function liveHead(
  engine: Engine,
  matrix: FeatureMatrix,
  { labels, categories }: { readonly labels: Int32Array; readonly categories: number },
  { temperature, blocks, signal }: LiveHeadOptions = {},
): Promise<{ readonly head: Head; readonly temperature: number }> {
  const splits = new Array<'train'>(matrix.rows).fill('train')
  const rows: LabelledMatrix = { ...matrix, labels, categories }
  const data = blocks ? inSpace(rows, blocks, splits) : rows
  const hooks = signal ? { signal } : {}
  const { head } = await trainHead(engine, data, splits, resolveHeadOptions({ folds: 0 }), hooks)
  const divisor = temperature ?? (await calibrated(engine, data, hooks))
  return { head: foldTemperature(head, divisor), temperature: divisor }
}

async function calibrated(engine: Engine, data: LabelledMatrix, hooks: { signal?: AbortSignal }): Promise<number> {
  if (data.rows < CALIBRATED_FROM) return 1
  const places = new Int32Array(data.categories)
  const folds = Int32Array.from(data.labels, label => places[label]!++ % FOLDS)
  const logits = await crossValidate(engine, data, folds, resolveHeadOptions({ folds: FOLDS }), hooks)
  return fitTemperature({ logits, labels: data.labels, categories: data.categories })
}
