import { catalogEntry } from '../backbone/catalog.ts'
import type { Choice, Compared } from '../jobs/choose/choice.ts'
import type { TrainEvent } from '../jobs/train/events.ts'
import { grouped, percent } from '../text.ts'
import { foldedTable } from './foldedTable.ts'

/** Announces the comparison, which takes a while. */
export function comparingLine({ candidates, pictures, of: total }: Extract<TrainEvent, { kind: 'comparing' }>): string {
  const number = grouped(pictures)
  const on = pictures < total ? `a sample of ${number} of ${grouped(total)}` : `${number}`
  return `comparing up to ${candidates} ways to see, by cross-validation on ${on} pictures`
}

/** The table of what was compared, best first, and a sentence on what was chosen and why. */
export function choiceLines(choice: Choice, width?: number): string[] {
  const { candidates, chosen } = choice
  const order = [...candidates.keys()].sort((a, b) => candidates[b]!.right - candidates[a]!.right || a - b)
  const rows = order.map(index => [...cells(candidates[index]!, index, index === chosen)])
  const head = ['  backbone', 'size', 'resize', 'accuracy', 'against the first', 'ms a picture']
  const isRight = (column: number) => head[column] === 'size' || head[column] === 'ms a picture'
  return [...foldedTable([head, ...rows], width, isRight), verdict(choice)]
}

function cells(
  { backbone, inputSize, resize, accuracy, gain, gainInterval, milliseconds }: Compared,
  index: number,
  isChosen: boolean,
) {
  const size =
    inputSize ??
    backbone
      .split('+')
      .map(name => catalogEntry(name)?.recipe.size ?? '?')
      .join('+')
  const { low, high } = gainInterval
  const against = index === 0 ? '' : `${signed(gain)} (${signed(low)} to ${signed(high)})`
  return [
    `${isChosen ? '>' : ' '} ${backbone}`,
    String(size),
    resize,
    percent(accuracy),
    against,
    milliseconds.toFixed(1),
  ]
}

/** A difference of accuracies in percentage points, with its sign. */
function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)}`
}

function verdict({ candidates, chosen, endedEarly }: Choice): string {
  const { backbone, inputSize, resize, gain, milliseconds } = candidates[chosen]!
  const options = `--backbone ${backbone}${inputSize === undefined ? '' : ` --input-size ${inputSize}`} --resize ${resize}`
  if (chosen !== 0) {
    const more = milliseconds - candidates[0]!.milliseconds
    const cost = more >= 0.05 ? `at ${more.toFixed(1)} ms more a picture` : 'at no more time'
    return `chosen: ${options}: ${signed(gain)} points, beyond chance, ${cost}`
  }
  if (endedEarly) return `kept: ${options}: it makes so few mistakes that none could be better beyond chance`
  return `kept: ${options}: no other is better beyond chance: each interval is of one pair only, and the best of ${candidates.length} tries looks better than it is`
}
