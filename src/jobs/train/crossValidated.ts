import { type Assessment, assess, type Near } from '../../assess/assess.ts'
import { cooled } from '../../assess/temperature.ts'
import { folds, type SplitExample } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'
import type { HeadOptions } from '../../head/options.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { crossValidate, type LabelledMatrix, type SideBySideHooks, trainSideBySide } from '../../head/train.ts'
import type { ReportPicture } from '../../report/reportData.ts'

export interface CrossValidationHooks {
  readonly onProgress?: (kind: 'cross-validation' | 'assessment', done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
  /** Leaves out what takes heads of its own: the learning curve, and the energy's part in telling unknowns. */
  readonly brief?: boolean
}

export interface CrossValidated {
  readonly assessment: Assessment
  /** Calibrated, of every row by a head that never saw it: [rows, categories]. */
  readonly logits: Float32Array
  /** The rows themselves. */
  readonly data: LabelledMatrix
}

/** Labelled rows to cross-validate on. */
export interface FoldableRows {
  readonly data: LabelledMatrix
  /** Their last features: what pictures are compared by. */
  readonly last: FeatureMatrix
  /** A row each, near copies in one group. */
  readonly examples: readonly SplitExample[]
  readonly near: Near
}

/** Everything that cross-validation tells; undefined without folds. */
export async function crossValidated(
  { data, last, examples, near }: FoldableRows,
  engine: Engine,
  head: HeadOptions,
  { onProgress, signal, brief = false }: CrossValidationHooks,
): Promise<CrossValidated | undefined> {
  if (head.folds === 0) return undefined
  const parts = folds(examples, head.folds)
  const hooks = (kind: 'cross-validation' | 'assessment'): SideBySideHooks => ({
    onSteps: (done: number, total: number) => onProgress?.(kind, done, total),
    signal,
  })
  const logits = await crossValidate(engine, data, parts, head, hooks('cross-validation'))
  const assessment = await assess(last, { ...data, logits }, parts, {
    near,
    brief,
    trainHeads: plan => trainSideBySide(engine, data, plan, head, hooks('assessment')),
  })
  return { assessment, logits: cooled(logits, assessment.temperature), data }
}

/** What predictions say of each picture, in the order of the rows. */
export function predictedPictures(
  { labels, categories }: Pick<LabelledMatrix, 'labels' | 'categories'>,
  logits: Float32Array,
  pictures: readonly { readonly relative: string }[],
): ReportPicture[] {
  const scores = softmaxRows(logits, categories)
  return pictures.map(({ relative }, row) => {
    const predicted = argMaxAt(logits, row * categories, categories)
    return { path: relative, given: labels[row]!, predicted, score: scores[row * categories + predicted]! }
  })
}
