import { shownLabel } from '../../text.ts'
import type { Pick } from './pick.ts'

/** Pictures that one must stand for before that is worth a word. */
const MANY = 5
/** Why one that is kept apart is. */
export const HELD_WHY = 'drawn at random, to test by'

/** Why a picture is worth a label: "between roses and tulips", "like 41 others", "unlike anything learnt". */
export function reasonOf({ strange, between, standsFor }: Pick, labels: readonly string[]): string {
  if (strange) return 'unlike anything learnt'
  const [best, second] = between ?? []
  if (best === undefined || second === undefined) {
    return standsFor >= MANY ? `like ${standsFor - 1} others` : 'unlike the others chosen'
  }
  return `between ${shownLabel(labels[best]!)} and ${shownLabel(labels[second]!)}`
}
