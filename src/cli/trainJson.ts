import type { BelowMinimum } from '../jobs/train/minAccuracy.ts'
import type { TrainResult } from '../jobs/train/result.ts'
import { evaluationJson } from './evaluateJson.ts'
import { refusalJson } from './refusalLines.ts'

/** What `itc train --json` prints; the report shows the same figures. */
export function trainJson(result: TrainResult): object {
  const { folder, manifest, misclassified, conflicts, changed, history, assessment, predictions, report, warnings } =
    result
  const { refusals, short, spoilt } = result
  const { labels, counts, metrics, options, skipped, temperature, certainty } = manifest
  return {
    folder,
    spoilt,
    labels,
    counts,
    metrics,
    misclassified,
    conflicts,
    skipped,
    refusals: refusals.map(refusalJson),
    short,
    changed,
    options,
    history,
    report: report ?? null,
    ...(result.choice && { choice: result.choice }),
    warnings,
    ...(assessment && {
      temperature,
      crossValidated: {
        ...evaluationJson(assessment.evaluation, labels),
        calibrationErrorBefore: assessment.uncalibrated.calibration.error,
      },
      doubtful: assessment.doubts
        .filter(doubt => doubt.contradicted && spoilt.length === 0)
        .map(({ row, given, other, givenScore, otherScore, doubt }) => ({
          relative: predictions[row]!.path,
          label: labels[given],
          score: givenScore,
          other: labels[other],
          otherScore,
          doubt,
        })),
      certainty,
      unknowns: assessment.familiarity.separation,
      learningCurve: assessment.curve,
    }),
  }
}

/**
 * What it prints when the model is not good enough to be written: the figures that were too low, under the same names.
 */
export function belowJson({ labels, evaluation }: BelowMinimum): object {
  return { labels, crossValidated: evaluationJson(evaluation, labels) }
}
