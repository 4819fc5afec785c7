import type { Evaluation } from '../../assess/metrics.ts'
import { UserError, unexpected } from '../../errors.ts'
import { cutPercent } from '../../text.ts'

/** A training that was not good enough, with what it came to. */
export class BelowMinimum extends UserError {
  /** The categories, in the order of the evaluation. */
  readonly labels: readonly string[]
  readonly evaluation: Evaluation

  constructor(labels: readonly string[], evaluation: Evaluation, minAccuracy: number) {
    super('E_MIN_ACCURACY', belowSentence('cross-validated accuracy', evaluation, minAccuracy), {
      hint: 'No model was written; a previous one stays as it was. `itc doctor` lists the pictures to look at.',
    })
    this.labels = labels
    this.evaluation = evaluation
  }
}

/** @throws UserError `E_BAD_VALUE` for what can't be asked for; before anything is computed */
export function checkMinAccuracy(minAccuracy: number | undefined, folds: number): void {
  if (minAccuracy === undefined) return
  if (!(minAccuracy >= 0 && minAccuracy <= 1))
    throw unexpected('min-accuracy', 'a share from 0 to 1, such as 0.95,', minAccuracy)
  if (folds > 0) return
  throw new UserError('E_BAD_VALUE', '--min-accuracy needs the cross-validation that --folds 0 leaves out.', {
    hint: 'Leave out one of the two.',
  })
}

/** Whether an accuracy, or the lack of one, misses what is asked for. */
export function isBelow({ accuracy }: Pick<Evaluation, 'accuracy'>, minAccuracy: number | undefined): boolean {
  return minAccuracy !== undefined && (accuracy ?? 0) < minAccuracy
}

/** "The accuracy 91.2 % is below the 95 % asked for (--min-accuracy)." */
export function belowSentence(name: string, { accuracy }: Evaluation, minAccuracy: number): string {
  return `The ${name} ${cutPercent(accuracy ?? 0)} is below the ${cutPercent(minAccuracy)} asked for (--min-accuracy).`
}

/** @throws BelowMinimum when the cross-validated accuracy misses what is asked for */
export function checkAccuracy(
  labels: readonly string[],
  evaluation: Evaluation,
  { minAccuracy }: { readonly minAccuracy: number | undefined },
): void {
  if (minAccuracy !== undefined && isBelow(evaluation, minAccuracy)) {
    throw new BelowMinimum(labels, evaluation, minAccuracy)
  }
}
