import type { Explanation } from '../jobs/explain/explain.ts'
import { printable, shownLabel } from '../text.ts'
import type { Terminal } from './terminal.ts'

/** What `itc explain --json` prints. */
export function explanationJson(
  picture: string,
  { categories, familiarity, unfamiliar, nearest }: Explanation,
): object {
  return {
    picture,
    unfamiliar,
    familiarity,
    categories: categories.map(({ map, ...category }) => ({
      ...category,
      map: { width: map.width, height: map.height, values: Array.from(map.values) },
    })),
    nearest: {
      pictures: nearest.pictures.map(({ relative, label, distance }) => ({ picture: relative, label, distance })),
      compared: nearest.compared,
      same: nearest.same,
      missing: nearest.missing ?? null,
    },
  }
}

/** What `itc explain` shows. */
export function printExplanation(
  picture: string,
  { categories, unfamiliar, nearest }: Explanation,
  { out, err, colors, errColors }: Terminal,
): void {
  categories.forEach(({ label, score, map }, rank) => {
    const line = `${shownLabel(label)} (score = ${score.toFixed(5)})`
    out(`${rank === 0 ? colors.green(line) : line}, most for it ${place(map)}`)
  })
  if (unfamiliar) err(errColors.yellow(`${printable(picture)} is unlike anything learnt: don't trust this.`))
  if (nearest.pictures.length > 0) out('nearest training pictures:')
  for (const { relative, distance } of nearest.pictures) out(`  ${distance.toFixed(4)}  ${printable(relative)}`)
  if (nearest.same.length > 0) out(`it is a training picture itself: ${nearest.same.map(printable).join(', ')}`)
  if (nearest.missing !== undefined) err(errColors.yellow(nearest.missing))
}

/** Where a map is strongest, in words. */
function place({ values, width, height }: Explanation['categories'][number]['map']): string {
  let best = 0
  values.forEach((value, at) => {
    if (value > values[best]!) best = at
  })
  const third = (at: number, length: number) => Math.floor(((at + 0.5) / length) * 3)
  const row = ['at the top', 'in the middle', 'at the bottom'][third(Math.floor(best / width), height)]!
  const column = [' left', '', ' right'][third(best % width, width)]!
  return `${row}${column}`
}
