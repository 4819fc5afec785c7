import type { Evaluation } from '../assess/metrics.ts'

/** An evaluation as `--json` prints it: the same names for every command. */
export function evaluationJson(evaluation: Evaluation, labels: readonly string[]): object {
  const { pictures, right, accuracy, balancedAccuracy, interval, logLoss, calibration, perCategory, confusion } =
    evaluation
  return {
    pictures,
    right,
    accuracy,
    balancedAccuracy,
    interval,
    logLoss,
    calibrationError: calibration.error,
    calibrationErrorByChance: calibration.chance,
    reliability: calibration.bins,
    perCategory: perCategory.map((figures, at) => ({ label: labels[at], ...figures })),
    confusion,
  }
}
