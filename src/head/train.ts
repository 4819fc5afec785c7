import type { Split } from '../dataset/split.ts'
import type { Engine, HeadProblem, HeadTrainer } from '../engine/engine.ts'
import { pause } from '../flow/pause.ts'
import { together } from '../flow/together.ts'
import { Turns } from '../flow/turns.ts'
import { combined, discriminantOf, headOf } from './halves.ts'
import type { Head } from './head.ts'
import { kernelOf, worthKernel } from './kernel.ts'
import type { LabelledMatrix } from './labelled.ts'
import type { HeadOptions } from './options.ts'
import { type HeadsPlan, headsOfPlan, heldOut, placeLogits, planHeads } from './plan.ts'
import { type AlikeHeads, byShare } from './resharing.ts'
import { drawRows, rowsByCategory, seededRandom } from './sampler.ts'
import { argMaxAt, softmaxAt } from './softmax.ts'
import { BIAS_SQUARE } from './space.ts'
import { type StoredRows, StoredRowsTrainer } from './stored.ts'
import { trainingLabels, trainingRows } from './variants.ts'

export type { LabelledMatrix } from './labelled.ts'

/** Steps between two looks at the signal and the progress callback, at most; bounds the memory of the drawn rows. */
const CHUNK = 500
/** Steps of the first chunk, before it is known how long they take. */
const FIRST_CHUNK = 8
/** What a chunk may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const CHUNK_MS = 200
/**
 * Weight decay of a softmax whose rows have the mean square that `toSpace` gives them: it ends as regularised as the best
 * fit of inner folds is (bench/head).
 */
const DECAY = 0.05
/** What heads that are trained at a time may take: ten of 1,000 categories would be most of a training's memory. */
const MOST_BYTES = 120_000_000
/** The curves' points. */
const REPORTS = 10

/** How well the head does after a number of steps, over all pictures of a split. */
export interface StepReport {
  readonly step: number
  readonly trainAccuracy: number
  /** Mean over the training pictures, in nats. */
  readonly crossEntropy: number
  /** NaN-free: undefined without validation pictures. */
  readonly validationAccuracy: number | undefined
  readonly validationCrossEntropy: number | undefined
}

export interface TrainHooks {
  readonly onReport?: (report: StepReport) => void
  readonly onSteps?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

export interface SideBySideHooks extends Pick<TrainHooks, 'onSteps' | 'signal'> {
  /** In a thread of its own, so that others train meanwhile. */
  readonly apart?: boolean | undefined
}

export interface TrainedHead {
  readonly head: Head
  readonly history: readonly StepReport[]
  /** Of every row under the trained head, [rows, categories]. */
  readonly logits: Float32Array
}

/**
 * Trains a head on the rows of the training split. It is for bottlenecks as they come, whatever its rows are.
 *
 * @param stored the rows to train on where there are more than fit: the matrix is a sample of them then, for the
 *   discriminant, which takes some thousand rows at most, and for the figures
 */
export async function trainHead(
  engine: Engine,
  data: LabelledMatrix,
  splits: readonly Split[],
  options: HeadOptions,
  hooks: TrainHooks = {},
  stored?: StoredRows,
): Promise<TrainedHead> {
  const pools = stored
    ? rowsByCategory(stored.labels, () => true)
    : rowsByCategory(trainingLabels(data), row => splits[row % data.rows] === 'train')
  const plan = planHeads(data.rows, 1, row => splits[row] === 'train')
  const part = await discriminantOf(engine, data, plan)
  const { batch, learningRate } = options
  const trainer = stored
    ? new StoredRowsTrainer(engine, stored, data, { batch, learningRate, ...descentOf(data) })
    : await createTrainer(engine, data, plan, options, batch)
  const logits = async () => combined(await trainer.logits(), part?.logits)
  try {
    const history: StepReport[] = []
    const random = seededRandom(options.seed)
    for (let report = 1, done = 0; report <= REPORTS; report++) {
      const until = Math.round((options.steps * report) / REPORTS)
      if (until === done) continue
      done = await runSteps(trainer, pools, { done, until, batch: options.batch, total: options.steps }, random, hooks)
      const reached = stepReport(done, await logits(), data, splits)
      history.push(reached)
      hooks.onReport?.(reached)
    }
    return { head: await headOf(data, await trainer.read(), part), history, logits: await logits() }
  } finally {
    await trainer.dispose()
  }
}

/**
 * Predicts every row by a head that never saw it: `k` heads, each trained on all folds but its own, side by side on
 * shared batches.
 *
 * @param folds fold of each row, 0 … options.folds - 1
 * @returns logits, [rows, categories]
 */
export async function crossValidate(
  engine: Engine,
  data: LabelledMatrix,
  folds: ArrayLike<number>,
  options: HeadOptions,
  hooks: SideBySideHooks = {},
): Promise<Float32Array> {
  const { rows, categories } = data
  const heads = options.folds
  const plan = planHeads(rows, heads, (row, head) => folds[row] !== head)
  return heldOut(await trainSideBySide(engine, data, plan, options, hooks), heads, folds, categories)
}

/**
 * Trains the heads of a plan, those that see the rows alike side by side.
 *
 * @returns logits of every row under every head, [rows, heads, categories]
 */
export async function trainSideBySide(
  engine: Engine,
  data: LabelledMatrix,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: SideBySideHooks = {},
  mostBytes: number = MOST_BYTES,
): Promise<Float32Array> {
  const groups = byShare(data, plan)
  if (groups.length === 1) return trainAlike(engine, groups[0]!, options, hooks, mostBytes)
  const all = new Float32Array(plan.rows * plan.heads * data.categories)
  const steps = groups.map(() => 0)
  const each = async (group: AlikeHeads, turn: number) => {
    const onSteps = (done: number, total: number) => {
      steps[turn] = done
      hooks.onSteps?.(
        steps.reduce((sum, own) => sum + own, 0),
        groups.length * total,
      )
    }
    const logits = await trainAlike(engine, group, options, { ...hooks, onSteps }, mostBytes)
    placeLogits(logits, group.heads, plan, all)
  }
  const turns = new Turns(hooks.apart ? groups.length : 1) // outside of threads one core is all there is
  await together(...groups.map((group, turn) => turns.run(() => each(group, turn))))
  return all
}

/**
 * Trains heads on shared batches, drawn from all rows. They are a quarter larger than `options.batch`, so
 * that a head that trains on four fifths of the rows gets that many a step on average. Heads of many categories take
 * turns, as many at a time as `mostBytes` holds.
 *
 * @returns logits of every row under every head, [rows, heads, categories]
 */
async function trainAlike(
  engine: Engine,
  { data, plan }: AlikeHeads,
  options: HeadOptions,
  hooks: SideBySideHooks,
  mostBytes: number,
): Promise<Float32Array> {
  const part = await discriminantOf(engine, data, plan)
  const each = headsAtATime(data, plan, mostBytes)
  if (each >= plan.heads) return combined(await softmaxLogits(engine, data, plan, options, hooks), part?.logits)
  const all = new Float32Array(plan.rows * plan.heads * data.categories)
  const turns = Math.ceil(plan.heads / each)
  for (let turn = 0; turn < turns; turn++) {
    const length = Math.min(each, plan.heads - turn * each)
    const some = Array.from({ length }, (_, at) => turn * each + at)
    const onSteps = (done: number, total: number) => hooks.onSteps?.(turn * total + done, turns * total)
    const logits = await softmaxLogits(engine, data, headsOfPlan(plan, some), options, { ...hooks, onSteps })
    placeLogits(logits, some, plan, all)
  }
  return combined(all, part?.logits)
}

/** What a head takes while it is trained, in either form: weights, their gradient and the next ones, or sums and logits. */
function headsAtATime(
  { rows, width, categories, variants }: LabelledMatrix,
  { heads }: HeadsPlan,
  most: number,
): number {
  const training = rows * (1 + (variants?.count ?? 0))
  const bytes = categories * (worthKernel(training, width) ? 16 * training : 12 * width)
  return Math.max(1, Math.min(heads, Math.floor(most / bytes)))
}

async function softmaxLogits(
  engine: Engine,
  data: LabelledMatrix,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: SideBySideHooks,
): Promise<Float32Array> {
  const batch = Math.round(options.batch * 1.25)
  const trainer = await createTrainer(engine, data, plan, options, batch, {
    onlyLogits: true,
    apart: hooks.apart,
  })
  try {
    const pools = rowsByCategory(trainingLabels(data), () => true)
    const random = seededRandom(options.seed)
    await runSteps(trainer, pools, { done: 0, until: options.steps, batch, total: options.steps }, random, hooks)
    return await trainer.logits()
  } finally {
    await trainer.dispose()
  }
}

async function createTrainer(
  engine: Engine,
  data: LabelledMatrix,
  { heads, active }: HeadsPlan,
  options: HeadOptions,
  batch: number,
  more: Pick<HeadProblem, 'onlyLogits' | 'apart'> = {},
): Promise<HeadTrainer> {
  const { width, categories } = data
  const { learningRate } = options
  const training = trainingRows(data, active)
  const descent = descentOf(data)
  const { biasSquare } = descent
  const kernel =
    worthKernel(training.rows, width) && (await kernelOf(engine, training.features, training.rows, biasSquare))
  return engine.createTrainer({
    ...training,
    ...more,
    answered: data.rows,
    width,
    categories,
    heads,
    learningRate,
    ...descent,
    batch,
    ...(kernel && { kernel }),
  })
}

/** How the softmax of rows in a space descends, and that of bottlenecks as they come: as retrain.py's does. */
function descentOf({ space }: LabelledMatrix): Required<Pick<HeadProblem, 'decay' | 'biasSquare'>> {
  return space ? { decay: DECAY, biasSquare: BIAS_SQUARE } : { decay: 0, biasSquare: 1 }
}

async function runSteps(
  trainer: HeadTrainer,
  pools: readonly Int32Array[],
  { done, until, batch, total }: { done: number; until: number; batch: number; total: number },
  random: () => number,
  hooks: SideBySideHooks,
): Promise<number> {
  let step = done
  let most = FIRST_CHUNK
  while (step < until) {
    hooks.signal?.throwIfAborted()
    const chunk = Math.min(most, until - step)
    const start = performance.now()
    await trainer.steps(drawRows(pools, chunk * batch, random))
    const each = (performance.now() - start) / chunk
    most = Math.max(1, Math.min(CHUNK, 8 * chunk, Math.floor(CHUNK_MS / each)))
    step += chunk
    hooks.onSteps?.(step, total)
    await pause() // a runtime may block the event loop: let signals and timers through
  }
  return step
}

function stepReport(step: number, logits: Float32Array, data: LabelledMatrix, splits: readonly Split[]): StepReport {
  const train = fit(logits, data, row => splits[row] === 'train')
  const validation = fit(logits, data, row => splits[row] === 'validation')
  return {
    step,
    trainAccuracy: train?.accuracy ?? 0,
    crossEntropy: train?.crossEntropy ?? 0,
    validationAccuracy: validation?.accuracy,
    validationCrossEntropy: validation?.crossEntropy,
  }
}

function fit(logits: Float32Array, data: LabelledMatrix, included: (row: number) => boolean) {
  const { rows, labels, categories } = data
  const scores = new Float32Array(categories)
  let count = 0
  let right = 0
  let loss = 0
  for (let row = 0; row < rows; row++) {
    if (!included(row)) continue
    const own = logits.subarray(row * categories, (row + 1) * categories)
    softmaxAt(own, 0, categories, scores)
    count++
    if (argMaxAt(own, 0, categories) === labels[row]) right++
    loss -= Math.log(Math.max(scores[labels[row]!]!, 1e-12))
  }
  return count === 0 ? undefined : { accuracy: right / count, crossEntropy: loss / count }
}
