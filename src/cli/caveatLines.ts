import { caveatsOf } from '../assess/caveats.ts'
import type { Evaluation } from '../assess/metrics.ts'
import { percent, shownLabel } from '../text.ts'

/** The lines that have to follow an accuracy; usually none. */
export function caveatLines(evaluation: Evaluation, labels: readonly string[]): string[] {
  const { largest, isGuessing, isUneven } = caveatsOf(evaluation)
  if (largest === undefined) return []
  const name = shownLabel(labels[largest.category]!)
  const verb = evaluation.accuracy! <= largest.share ? 'is' : 'may be'
  return [
    ...(isGuessing
      ? [`that ${verb} no better than guessing: always "${name}" is right for ${percent(largest.share)}`]
      : []),
    ...(isUneven
      ? [
          `balanced accuracy ${percent(evaluation.balancedAccuracy!)}: every category counts the same, and ${name} has ${percent(largest.share)} of the pictures`,
        ]
      : []),
  ]
}
