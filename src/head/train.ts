import { availableParallelism } from 'node:os'
import type { Split } from '../dataset/split.ts'
import type { Engine, HeadProblem, HeadTrainer } from '../engine/engine.ts'
import { pause } from '../flow/pause.ts'
import { together } from '../flow/together.ts'
import { Turns } from '../flow/turns.ts'
import { type DescentHooks, descentOf, runSteps } from './descent.ts'
import { type LinearPart, partOfHeads } from './discriminantPart.ts'
import { drawing, drawingAll } from './draws.ts'
import { Fit, type StepReport } from './fit.ts'
import { combined, discriminantOf, headOf } from './halves.ts'
import type { Head } from './head.ts'
import { kernelOf, worthKernel } from './kernel.ts'
import { isStore, type LabelledMatrix, type LabelledRows, storeOf } from './labelled.ts'
import { stepsOfAll, trainInLoops } from './loops.ts'
import type { HeadOptions } from './options.ts'
import { type HeadsPlan, headsOfPlan, heldOut, placeLogits, planHeads } from './plan.ts'
import { type AlikeHeads, byShare } from './resharing.ts'
import { rowsByCategory } from './sampler.ts'
import type { StoredRows } from './stored.ts'
import {
  discriminantOfMore,
  type FoldsAhead,
  type SolvedBefore,
  storedHeldOut,
  storedLogits,
  trainerOfMore,
  trainStoredHead,
} from './trainStored.ts'
import { trainingLabels, trainingRows } from './variants.ts'

export type { StepReport } from './fit.ts'
export type { LabelledMatrix, LabelledRows } from './labelled.ts'

/** What heads that are trained at a time may take: ten of 1,000 categories would be most of a training's memory. */
const MOST_BYTES = 120_000_000
/** The curves' points. */
const REPORTS = 10

export interface TrainHooks extends DescentHooks, FoldsAhead {
  readonly onReport?: (report: StepReport) => void
  /** Gets the share that is done of what comes before the steps: the discriminants of many rows. */
  readonly onShare?: ((share: number) => void) | undefined
}

export interface TrainedHead {
  readonly head: Head
  readonly history: readonly StepReport[]
  /** Of every row under the trained head, [rows, categories]. */
  readonly logits: Float32Array
  /** Discriminants of the folds, where they were solved with the head's. */
  readonly ofFolds?: LinearPart | undefined
}

/**
 * Trains a head on the rows of the training split. It is for bottlenecks as they come, whatever its rows are.
 *
 * @param stored the rows to train on where there are more than fit: the matrix is a sample of them then, for
 *   the figures
 */
export async function trainHead(
  engine: Engine,
  data: LabelledRows,
  splits: readonly Split[],
  options: HeadOptions,
  hooks: TrainHooks = {},
  stored?: StoredRows,
): Promise<TrainedHead> {
  const reports = reportsOf(options.steps)
  if (isStore(data)) return trainStoredHead(engine, data, splits, options, hooks, reports)
  const store = stored ? undefined : storeOf(data)
  if (store) return trainStoredHead(engine, store, splits, options, hooks, reports)
  const pools = stored
    ? rowsByCategory(stored.labels, () => true)
    : rowsByCategory(trainingLabels(data), row => splits[row % data.rows] === 'train')
  const plan = planHeads(data.rows, 1, row => splits[row] === 'train')
  const { apart } = hooks
  const discriminant = () =>
    stored ? discriminantOfMore(engine, data, stored, hooks) : discriminantOf(engine, data, plan, hooks.signal)
  const before = apart ? undefined : await discriminant()
  const trainer = stored
    ? trainerOfMore(engine, data, stored, options)
    : await createTrainer(engine, data, plan, options, options.batch, { apart })
  const part = apart ? beside(discriminant) : before
  const logits = async () => combined(await trainer.logits(), (await part)?.logits)
  try {
    const history: StepReport[] = []
    const onStop = async (done: number) => {
      const reached = new Fit(data, splits).add(0, await logits()).report(done)
      history.push(reached)
      hooks.onReport?.(reached)
    }
    const course = {
      batch: options.batch,
      products: productsAStep(data, plan, options.batch),
      stops: reports,
      isAveraged: data.space !== undefined,
      onStop,
    }
    await runSteps(trainer, drawing(pools, options.seed), course, hooks)
    return { head: await headOf(data, await trainer.read(), await part), history, logits: await logits() }
  } finally {
    await Promise.allSettled([part])
    await trainer.dispose()
  }
}

/** What there is time for while a thread steps; thrown to whoever waits for it. */
function beside<T>(work: () => Promise<T>): Promise<T> {
  const begun = pause().then(work)
  begun.catch(() => undefined)
  return begun
}

/** The steps after which the curve has a point. */
function reportsOf(steps: number): number[] {
  const all = Array.from({ length: REPORTS }, (_, report) => Math.round((steps * (report + 1)) / REPORTS))
  return all.filter((step, at) => step > (all[at - 1] ?? 0))
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
  data: LabelledRows,
  folds: ArrayLike<number>,
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore = {},
): Promise<Float32Array> {
  const { rows, categories } = data
  const heads = options.folds
  const plan = planHeads(rows, heads, (row, head) => folds[row] !== head)
  const store = storeOf(data)
  const isOne = store && byShare(store, plan).length === 1 && headsAtATime(store, plan, MOST_BYTES) >= heads
  if (isOne) return storedHeldOut(engine, store, plan, folds, options, hooks)
  return heldOut(await trainSideBySide(engine, data, plan, options, hooks), heads, folds, categories)
}

/**
 * Trains the heads of a plan, those that see the rows alike side by side.
 *
 * @returns logits of every row under every head, [rows, heads, categories]
 */
export async function trainSideBySide(
  engine: Engine,
  data: LabelledRows,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore = {},
  mostBytes: number = MOST_BYTES,
): Promise<Float32Array> {
  const groups = byShare(data, plan)
  if (groups.length === 1) return trainAlike(engine, groups[0]!, options, hooks, mostBytes)
  const all = new Float32Array(plan.rows * plan.heads * data.categories)
  const told = stepsOfAll(groups.length, hooks)
  const each = async (group: AlikeHeads, turn: number) => {
    const own = { ...told(turn), discriminants: undefined } // they are of rows as they are
    const logits = await trainAlike(engine, group, options, own, mostBytes)
    placeLogits(logits, group.heads, plan, all)
  }
  const turns = new Turns(hooks.apart ? availableParallelism() : 1)
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
  hooks: DescentHooks & SolvedBefore,
  mostBytes: number,
): Promise<Float32Array> {
  const store = storeOf(data)
  if (store || isStore(data)) return softmaxOfAll(engine, { data: store ?? data, plan }, options, hooks, mostBytes)
  const discriminant = () => discriminantOf(engine, data, plan, hooks.signal)
  const before = hooks.apart ? undefined : await discriminant()
  const softmax = trainInLoops(plan, data.categories, hooks, (some, own) => {
    return softmaxOfAll(engine, { data, plan: some }, options, own, (mostBytes * some.heads) / plan.heads)
  })
  const [logits, part] = await together(softmax, hooks.apart ? beside(discriminant) : Promise.resolve(before))
  return combined(logits, part?.logits)
}

async function softmaxOfAll(
  engine: Engine,
  { data, plan }: { readonly data: LabelledRows; readonly plan: HeadsPlan },
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore,
  mostBytes: number,
): Promise<Float32Array> {
  const logitsOfSome = (some: HeadsPlan, own: DescentHooks & SolvedBefore) =>
    isStore(data) ? storedLogits(engine, data, some, options, own) : softmaxLogits(engine, data, some, options, own)
  const each = headsAtATime(data, plan, mostBytes)
  if (each >= plan.heads) return logitsOfSome(plan, hooks)
  const all = new Float32Array(plan.rows * plan.heads * data.categories)
  const turns = Math.ceil(plan.heads / each)
  for (let turn = 0; turn < turns; turn++) {
    const length = Math.min(each, plan.heads - turn * each)
    const some = Array.from({ length }, (_, at) => turn * each + at)
    const onSteps = (done: number, total: number) => hooks.onSteps?.(turn * total + done, turns * total)
    const discriminants = hooks.discriminants && partOfHeads(hooks.discriminants, data.categories, some[0]!, length)
    const logits = await logitsOfSome(headsOfPlan(plan, some), { ...hooks, onSteps, discriminants })
    placeLogits(logits, some, plan, all)
  }
  return all
}

/** What a head takes while it is trained, in either form: weights, their gradient and the next ones, or sums and logits. */
function headsAtATime(data: LabelledRows, { heads }: HeadsPlan, most: number): number {
  const { rows, width, categories } = data
  const training = isStore(data) ? data.stored.rows : rows * (1 + (data.variants?.count ?? 0))
  const isKernel = !isStore(data) && worthKernel(training, width)
  const bytes = categories * (isKernel ? 16 * training : 12 * width)
  return Math.max(1, Math.min(heads, Math.floor(most / bytes)))
}

async function softmaxLogits(
  engine: Engine,
  data: LabelledMatrix,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: DescentHooks,
): Promise<Float32Array> {
  const batch = Math.round(options.batch * 1.25)
  const trainer = await createTrainer(engine, data, plan, options, batch, {
    onlyLogits: true,
    apart: hooks.apart,
  })
  try {
    const draw = drawingAll(data.labels, trainingLabels(data), options.seed, options.steps * batch)
    const products = productsAStep(data, plan, batch)
    const course = { batch, products, stops: [options.steps], isAveraged: data.space !== undefined }
    await runSteps(trainer, draw, course, hooks)
    return await trainer.logits()
  } finally {
    await trainer.dispose()
  }
}

/** In either form, about. */
function productsAStep(
  { rows, width, categories, variants }: LabelledMatrix,
  { heads }: HeadsPlan,
  batch: number,
): number {
  const training = rows * (1 + (variants?.count ?? 0))
  return batch * (1 + heads * categories) * (worthKernel(training, width) ? training : 2 * width)
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
  const training = trainingRows(data, active)
  const descent = descentOf(data.space, options.learningRate)
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
    ...descent,
    batch,
    ...(kernel && { kernel }),
  })
}
