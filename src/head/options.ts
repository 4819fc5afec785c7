import { unexpected } from '../errors.ts'

/** What a head is: half a softmax and half a discriminant, or retrain.py's softmax alone. */
export const HEADS = ['mixed', 'softmax'] as const
export type HeadKind = (typeof HEADS)[number]

/** How a head is trained. */
export interface HeadOptions {
  readonly head: HeadKind
  /** Steps of gradient descent. */
  readonly steps: number
  /** Pictures a step. */
  readonly batch: number
  readonly learningRate: number
  /** Of the random numbers that draw the batches. */
  readonly seed: number
  /** Parts of the cross-validation; 0 for none. */
  readonly folds: number
}

/** retrain.py's own steps, batch and rate. */
export const DEFAULT_HEAD_OPTIONS: HeadOptions = {
  head: 'mixed',
  steps: 4000,
  batch: 100,
  learningRate: 0.01,
  seed: 1,
  folds: 5,
}

/** Fills in defaults and refuses what can't work. @throws UserError naming the option */
export function resolveHeadOptions(given: Partial<HeadOptions>): HeadOptions {
  const options: HeadOptions = {
    head: given.head ?? DEFAULT_HEAD_OPTIONS.head,
    steps: given.steps ?? DEFAULT_HEAD_OPTIONS.steps,
    batch: given.batch ?? DEFAULT_HEAD_OPTIONS.batch,
    learningRate: given.learningRate ?? DEFAULT_HEAD_OPTIONS.learningRate,
    seed: given.seed ?? DEFAULT_HEAD_OPTIONS.seed,
    folds: given.folds ?? DEFAULT_HEAD_OPTIONS.folds,
  }
  if (!HEADS.includes(options.head)) throw unexpected('head', `one of ${HEADS.join(', ')}`, options.head)
  requireWhole('steps', options.steps, 1, 10_000_000)
  requireWhole('batch', options.batch, 1, 10_000)
  requireWhole('seed', options.seed, 0, 2 ** 32 - 1)
  if (options.folds !== 0) requireWhole('folds', options.folds, 2, 20, 'a whole number from 2 to 20, or 0 for none,')
  if (!(options.learningRate > 0 && options.learningRate <= 100)) {
    throw unexpected('learning-rate', 'a number above 0, at most 100,', options.learningRate)
  }
  return options
}

function requireWhole(name: string, value: number, least: number, most: number, expected?: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const range = `a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}`
  throw unexpected(name, expected ?? range, value)
}
