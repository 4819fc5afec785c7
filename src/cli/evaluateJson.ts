import type { Evaluation } from '../assess/metrics.ts'

/** An evaluation as `--json` prints it, with the same names for every command; all its figures are included. */
export function evaluationJson(
  { calibration, perCategory, confusion, ...figures }: Evaluation,
  labels: readonly string[],
): object {
  return {
    ...figures,
    calibrationError: calibration.error,
    calibrationErrorByChance: calibration.chance,
    reliability: calibration.bins,
    perCategory: perCategory.map((category, at) => ({ label: labels[at], ...category })),
    confusion,
  }
}
