import { type Assessment, assess } from '../../assess/assess.ts'
import { cooled } from '../../assess/temperature.ts'
import { folds } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import type { HeadOptions } from '../../head/options.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { crossValidate, type LabelledMatrix, trainSideBySide } from '../../head/train.ts'
import type { ReportPicture } from '../../report/reportData.ts'
import type { Prepared } from './prepare.ts'

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
}

/** Everything that cross-validation tells. */
export async function crossValidated(
  { data, examples, near }: Pick<Prepared, 'data' | 'examples' | 'near'>,
  engine: Engine,
  head: HeadOptions,
  { onProgress, signal, brief = false }: CrossValidationHooks,
): Promise<CrossValidated> {
  const parts = folds(examples, head.folds)
  const hooks = (kind: 'cross-validation' | 'assessment') => ({
    onSteps: (done: number, total: number) => onProgress?.(kind, done, total),
    ...(signal && { signal }),
  })
  const logits = await crossValidate(engine, data, parts, head, hooks('cross-validation'))
  const assessment = await assess(data, { ...data, logits }, parts, {
    near,
    brief,
    trainHeads: plan => trainSideBySide(engine, data, plan, head, hooks('assessment')),
  })
  return { assessment, logits: cooled(logits, assessment.temperature) }
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
