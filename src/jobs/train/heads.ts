import { folds, type Split } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import { endThreads } from '../../engine/onnxThreads.ts'
import { together } from '../../flow/together.ts'
import type { StoredRows } from '../../head/stored.ts'
import { type StepReport, type TrainedHead, trainHead } from '../../head/train.ts'
import type { Charted } from '../../report/chart.ts'
import type { Drawing } from '../../report/drawing.ts'
import { type Folded, onlyRows } from './alreadySplit.ts'
import { type CrossValidated, crossValidated, type FoldableRows, trainsApart } from './crossValidated.ts'
import type { ResolvedTrainOptions } from './options.ts'

/**
 * Trains the head, and those of the cross-validation: meanwhile, in threads, where they are worth it, else after it. Progress
 * is told of one at a time.
 *
 * @param drawing is told what the report shows of them
 */
export async function trainHeads(
  rows: Omit<FoldableRows, 'near'> & {
    readonly splits: readonly Split[]
    readonly folded: Folded
    /** Where more train than are at hand. */
    readonly stored: StoredRows | undefined
  },
  engine: Engine,
  { head, report, onEvent, signal }: Pick<ResolvedTrainOptions, 'head' | 'report' | 'onEvent' | 'signal'>,
  drawing: Drawing,
): Promise<[TrainedHead, CrossValidated | undefined]> {
  const { data, splits, stored } = rows
  let isTrained = false
  const hooks = {
    onReport: (report: StepReport) => onEvent({ kind: 'report', ...report }),
    onSteps: (done: number, total: number) => onEvent({ kind: 'steps', done, total }),
    onShare: (share: number) =>
      onEvent({ kind: 'discriminants', done: Math.round(share * data.rows), total: data.rows }),
    signal,
  }
  const draw = (known: Charted) => {
    if (report && head.folds > 0) drawing.start() // unless it was, beside the threads that train
    drawing.begin(known)
  }
  const apart = stored === undefined && trainsApart(engine, data, head)
  const folding = onlyRows(rows, rows.folded)
  const parts = head.folds === 0 ? [] : folds(folding.examples, head.folds)
  const ahead = stored === undefined && parts.length === data.rows ? parts : undefined
  const training = trainHead(engine, data, splits, head, { ...hooks, apart, folds: ahead }, stored).finally(() => {
    isTrained = true
  })
  training.then(draw, () => undefined) // it is waited for below
  const ofFolds = apart ? undefined : (await training).ofFolds
  const validating = crossValidated({ ...folding, parts }, engine, head, {
    onProgress: (kind, done, total) => isTrained && onEvent({ kind, done, total }),
    onKnown: draw,
    signal,
    apart,
    discriminants: ofFolds,
  })
  return together(training, validating).finally(endThreads) // while what they have learnt is written
}
