import { availableParallelism } from 'node:os'
import { type Assessment, type AssessOptions, assess, type Near } from '../../assess/assess.ts'
import { type EarlyExperiments, trainEarly } from '../../assess/experiments.ts'
import { cooled } from '../../assess/temperature.ts'
import { folds, type SplitExample } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import { prepareThreads, wantThreads } from '../../engine/onnxThreads.ts'
import { worthThreads } from '../../engine/worthThreads.ts'
import { pause } from '../../flow/pause.ts'
import { isStore } from '../../head/labelled.ts'
import type { HeadOptions } from '../../head/options.ts'
import type { HeadsPlan, TrainHeads } from '../../head/plan.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { crossValidate, type LabelledRows, type TrainedHead, trainSideBySide } from '../../head/train.ts'
import type { ReportPicture } from '../../report/reportData.ts'

export interface CrossValidationHooks {
  readonly onProgress?: (kind: 'cross-validation' | 'assessment', done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
  readonly onKnown?: AssessOptions['onKnown']
  /** Leaves out what takes heads of its own: the learning curve, and the energy's part in telling unknowns. */
  readonly brief?: boolean
  /** In threads, several plans of heads at a time: see `trainsApart`. */
  readonly apart?: boolean
  /** Of the folds' heads, where they were solved with the head's. */
  readonly discriminants?: TrainedHead['ofFolds']
}

export interface CrossValidated {
  readonly assessment: Assessment
  /** Calibrated, of every row by a head that never saw it: [rows, categories]. */
  readonly logits: Float32Array
  /** The rows themselves. */
  readonly data: LabelledRows
}

/** Labelled rows to cross-validate on. */
export interface FoldableRows {
  readonly data: LabelledRows
  /** A row each, near copies in one group. */
  readonly examples: readonly SplitExample[]
  /** Of their last features. */
  readonly near: Near
  /** The fold of each, where they are dealt already. */
  readonly parts?: readonly number[] | undefined
}

/** Share of their steps after which the experiments begin beside the folds, which all the rest waits for. */
const UNDER_WAY = 0.05

/** Everything that cross-validation tells; undefined without folds. */
export async function crossValidated(
  { data, examples, near, parts: dealt }: FoldableRows,
  engine: Engine,
  head: HeadOptions,
  { onProgress, signal, onKnown, brief = false, apart = false, discriminants }: CrossValidationHooks,
): Promise<CrossValidated | undefined> {
  if (head.folds === 0) return undefined
  const parts = dealt ?? folds(examples, head.folds)
  let isValidated = false
  const experiments = new HeadsProgress(head, brief ? 1 : 2)
  const trainHeads: TrainHeads = plan =>
    trainSideBySide(engine, data, plan, head, {
      onSteps: (done, total) => {
        const all = experiments.reached(plan, done / total)
        if (isValidated) onProgress?.('assessment', all.done, all.total)
      },
      signal,
      apart,
    })
  let early: Promise<EarlyExperiments> | undefined
  const begin = () => {
    const begun = pause().then(() => trainEarly({ ...data, folds: parts }, trainHeads))
    begun.catch(() => undefined) // thrown to the assessment, which waits for it
    return begun
  }
  const hooks: Parameters<typeof crossValidate>[4] = {
    onSteps: (done, total) => {
      onProgress?.('cross-validation', done, total)
      if (apart && !brief && done >= total * UNDER_WAY) early ??= begin()
    },
    signal,
    apart,
    discriminants,
  }
  const validating = crossValidate(engine, data, parts, head, hooks).then(async logits => {
    isValidated = true
    const assessment = await assess(near, { ...data, logits }, parts, { brief, trainHeads, early, onKnown })
    return { assessment, logits: cooled(logits, assessment.temperature), data }
  })
  try {
    return await validating
  } finally {
    await Promise.allSettled([early]) // nothing goes on behind the caller's back
  }
}

/** How far all plans of experiments are that are trained one after another, or some at a time: one figure for them. */
class HeadsProgress {
  readonly #head: HeadOptions
  readonly #plans: number
  readonly #shares = new Map<HeadsPlan, number>()

  /** @param plans at most; one that is still to come has as many heads as there are folds */
  constructor(head: HeadOptions, plans: number) {
    this.#head = head
    this.#plans = plans
  }

  /** @returns steps of heads */
  reached(plan: HeadsPlan, share: number): { readonly done: number; readonly total: number } {
    const { steps, folds: each } = this.#head
    this.#shares.set(plan, share)
    const begun = [...this.#shares]
    const heads = begun.reduce((sum, [{ heads }]) => sum + heads, 0) + Math.max(0, this.#plans - begun.length) * each
    return {
      done: Math.round(begun.reduce((sum, [{ heads }, at]) => sum + heads * at, 0) * steps),
      total: heads * steps,
    }
  }
}

/** The head's, the folds', and that of the experiments which begin meanwhile; more than there are cores gain nothing. */
const THREADS = Math.min(3, availableParallelism())

/** Has the networks leave their threads to the heads that will want them. */
export function expectHeads(engine: Engine, size: Size, head: HeadOptions): void {
  if (isWorthThreads(engine, size, head)) wantThreads(THREADS)
}

/** Starts the threads that heads will want, while what comes before keeps one core busy. @returns whether they want any */
export function prepareHeads(engine: Engine, size: Size, head: HeadOptions): boolean {
  const isWorth = isWorthThreads(engine, size, head)
  if (isWorth) prepareThreads(THREADS)
  return isWorth
}

type Size = Pick<LabelledRows, 'rows' | 'categories'>

/** Whether the heads of all folds are best trained in threads, and the experiments' meanwhile. */
export function trainsApart(engine: Engine, data: LabelledRows, head: HeadOptions): boolean {
  return !isStore(data) && isWorthThreads(engine, data, head) // stored rows are read for one after the other
}

/** Never without folds: then there are no products. */
function isWorthThreads(
  engine: Engine,
  { rows, categories }: Size,
  { folds: heads, batch, steps }: HeadOptions,
): boolean {
  return worthThreads(engine.name, { rows, categories, heads, batch, steps })
}

/** What predictions say of each picture, in the order of the rows. */
export function predictedPictures(
  { labels, categories }: Pick<LabelledRows, 'labels' | 'categories'>,
  logits: Float32Array,
  pictures: readonly { readonly relative: string }[],
): ReportPicture[] {
  const scores = softmaxRows(logits, categories)
  return pictures.map(({ relative }, row) => {
    const predicted = argMaxAt(logits, row * categories, categories)
    return { path: relative, given: labels[row]!, predicted, score: scores[row * categories + predicted]! }
  })
}
