import type { Split } from '../dataset/split.ts'
import type { Engine, HeadTrainer } from '../engine/engine.ts'
import { type DescentHooks, descentOf, runSteps } from './descent.ts'
import {
  coveredRows,
  type DiscriminantPart,
  discriminantsOf,
  type LinearPart,
  partOfHeads,
} from './discriminantPart.ts'
import { drawing } from './draws.ts'
import type { StepReport } from './fit.ts'
import { headOf } from './halves.ts'
import type { Head } from './head.ts'
import type { LabelledMatrix, LabelledStore } from './labelled.ts'
import type { HeadOptions } from './options.ts'
import { type HeadsPlan, joinPlans, planHeads, rowsOfPlan } from './plan.ts'
import type { Solving } from './primal.ts'
import { rowsByCategory } from './sampler.ts'
import { type StoredRows, StoredRowsTrainer } from './stored.ts'
import { type CurveHooks, StoredCurve } from './storedCurve.ts'
import { answerStored, logitsOf, type Outputs, outputsOf } from './storedLogits.ts'

/*
 * What train.ts does with a matrix, of rows that memory has no room for: the softmax steps on the rows that it reads, the
 * discriminant adds them up, as it does those of a large matrix too, and then one look at all rows answers for them.
 */

interface StoredHead {
  readonly head: Head
  readonly history: readonly StepReport[]
  readonly logits: Float32Array
  readonly ofFolds: LinearPart | undefined
}

/** Where the folds of a cross-validation are known beforehand, their discriminants are solved with the head's by one look at the rows. */
export interface FoldsAhead {
  /** Fold of each row. */
  readonly folds?: ArrayLike<number> | undefined
}

/** As `trainHead`. The points of the curve are told of when the steps are done. */
export async function trainStoredHead(
  engine: Engine,
  data: LabelledStore,
  splits: readonly Split[],
  options: HeadOptions,
  hooks: CurveHooks & FoldsAhead,
  reports: readonly number[],
): Promise<StoredHead> {
  const pools = rowsByCategory(data.stored.labels, row => splits[row % data.rows] === 'train')
  const plan = planHeads(data.rows, 1, row => splits[row] === 'train')
  const { part, ofFolds } = await discriminantsAhead(engine, data, plan, options, hooks)
  const { batch } = options
  const trainer = await trainerOf(engine, data, plan, options, batch)
  try {
    const curve = new StoredCurve(engine, data, splits, part, hooks)
    const onStop = async (done: number) => curve.add(done, await trainer.read(), done === reports.at(-1))
    const course = { batch, stops: reports, isAveraged: data.space !== undefined, onStop }
    await runSteps(trainer, drawing(pools, options.seed), course, hooks)
    const { history, logits } = await curve.end()
    return { head: await headOf(data, await trainer.read(), part), history, logits, ofFolds }
  } finally {
    await trainer.dispose()
  }
}

/** The head's discriminant, whose covariance is taken from its own rows, and with it those of the folds, which then need none of others. */
async function discriminantsAhead(
  engine: Engine,
  data: LabelledStore,
  plan: HeadsPlan,
  options: HeadOptions,
  { folds, signal, onShare }: CurveHooks & FoldsAhead,
): Promise<{ readonly part: LinearPart | undefined; readonly ofFolds: LinearPart | undefined }> {
  const alone = async () => ({
    part: await storedDiscriminants(engine, data, plan, { signal, onShare }),
    ofFolds: undefined,
  })
  if (!folds || !data.space?.isHalved) return alone()
  const { stored, width, categories, rows } = data
  const ofFolds = planHeads(rows, options.folds, (row, head) => folds[row] !== head)
  const all = rowsOfPlan(joinPlans([plan, ofFolds]), Int32Array.from(stored.labels.keys()))
  const covering = Int32Array.from(stored.labels.keys()).filter(row => plan.active[row % rows] !== 0)
  const source = { ...stored, width, categories }
  if (coveredRows(source, all, covering) === 0) return alone()
  const solved = await discriminantsOf(engine, source, all, { signal, covering, onShare })
  const some = (first: number, count: number) => partOfHeads(solved, categories, first, count)
  return { part: some(0, 1), ofFolds: some(1, options.folds) }
}

/** Discriminants of the heads of a plan, where somebody has solved them before. */
export interface SolvedBefore {
  readonly discriminants?: LinearPart | undefined
}

/** As `trainSideBySide` does: logits of every row under the heads of a plan, [rows, heads, categories]. */
export async function storedLogits(
  engine: Engine,
  data: LabelledStore,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore,
): Promise<Float32Array> {
  const outputs = await learntOutputs(engine, data, plan, options, hooks)
  const logits = new Float32Array(data.rows * outputs.bias.length)
  const put = (first: number, some: Float32Array) => logits.set(some, first * outputs.bias.length)
  await answerStored(engine, data, outputs, put, hooks.signal)
  return logits
}

/** As `crossValidate` does: logits of every row under the head of its fold, which alone is asked, [rows, categories]. */
export async function storedHeldOut(
  engine: Engine,
  data: LabelledStore,
  plan: HeadsPlan,
  folds: ArrayLike<number>,
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore,
): Promise<Float32Array> {
  const { rows, width, categories } = data
  const { weights, bias } = await learntOutputs(engine, data, plan, options, hooks)
  const logits = new Float32Array(rows * categories)
  for (let head = 0; head < plan.heads; head++) {
    const own = Int32Array.from(data.labels.keys()).filter(row => folds[row] === head)
    const [from, to] = [head * categories, (head + 1) * categories]
    const outputs = { weights: weights.subarray(from * width, to * width), bias: bias.subarray(from, to) }
    const put = (first: number, some: Float32Array) => {
      for (let at = 0; at < some.length; at += categories) {
        logits.set(some.subarray(at, at + categories), own[first + at / categories]! * categories)
      }
    }
    await answerStored(engine, data, outputs, put, hooks.signal, own)
  }
  return logits
}

/** What both halves of the heads of a plan learn. */
async function learntOutputs(
  engine: Engine,
  data: LabelledStore,
  plan: HeadsPlan,
  options: HeadOptions,
  hooks: DescentHooks & SolvedBefore,
): Promise<Outputs> {
  const part = hooks.discriminants ?? (await storedDiscriminants(engine, data, plan, { signal: hooks.signal }))
  const batch = Math.round(options.batch * 1.25)
  const trainer = await trainerOf(engine, data, plan, options, batch)
  const pools = rowsByCategory(data.stored.labels, () => true)
  const course = { batch, stops: [options.steps], isAveraged: data.space !== undefined }
  const softmax = await runSteps(trainer, drawing(pools, options.seed), course, hooks)
    .then(() => trainer.read())
    .finally(() => trainer.dispose())
  return outputsOf(softmax, part, data)
}

async function trainerOf(
  engine: Engine,
  { stored, width, categories, space, features }: LabelledStore,
  plan: HeadsPlan,
  { learningRate }: HeadOptions,
  batch: number,
): Promise<Pick<HeadTrainer, 'steps' | 'read' | 'dispose'>> {
  const problem = { width, categories, batch, ...descentOf(space, learningRate) }
  if (!features) return new StoredRowsTrainer(engine, { ...problem, stored, plan })
  const { rows, labels } = stored
  const { heads, active } = rowsOfPlan(plan, Int32Array.from(labels.keys())) // variants train those heads that their originals do
  return engine.createTrainer({ ...problem, features, rows, labels, active, heads })
}

/** Trains one head on stored rows, and answers for a sample of them. */
export function trainerOfMore(
  engine: Engine,
  { values, rows, width, categories, space }: LabelledMatrix,
  stored: StoredRows,
  { batch, learningRate }: HeadOptions,
): StoredRowsTrainer & Pick<HeadTrainer, 'logits'> {
  const plan = planHeads(stored.rows, 1, () => true)
  const problem = { stored, width, categories, plan, batch, ...descentOf(space, learningRate) }
  const trainer = new StoredRowsTrainer(engine, problem)
  const logits = async () => {
    const outputs = await outputsOf(await trainer.read(), undefined, { width, categories })
    return logitsOf(engine, { values, rows, width }, outputs)
  }
  return Object.assign(trainer, { logits })
}

/** The discriminant of stored rows, and what it says of a sample of them. */
export async function discriminantOfMore(
  engine: Engine,
  { values, rows, width, categories, space }: LabelledMatrix,
  stored: StoredRows,
  hooks: Solving,
): Promise<DiscriminantPart | undefined> {
  const plan = planHeads(stored.rows, 1, () => true)
  const part = await storedDiscriminants(engine, { stored, width, categories, space }, plan, hooks)
  if (!part) return undefined
  const outputs = { weights: await part.weights(), bias: part.bias }
  return { ...part, logits: await logitsOf(engine, { values, rows, width }, outputs) }
}

async function storedDiscriminants(
  engine: Engine,
  { stored, width, categories, space }: Pick<LabelledStore, 'stored' | 'width' | 'categories' | 'space'>,
  plan: HeadsPlan,
  hooks: Solving,
): Promise<LinearPart | undefined> {
  if (!space?.isHalved) return undefined
  const all = Int32Array.from(stored.labels.keys())
  return discriminantsOf(engine, { ...stored, width, categories }, rowsOfPlan(plan, all), hooks) // variants go with their originals
}
