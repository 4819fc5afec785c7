import { type Detail, groupRows } from '../../jobs/clusters/groups.ts'
import type { LiveLabels } from './liveLabels.ts'
import { isSeen, type Memory, type Seen, unitMatrix } from './memory.ts'
import type { EngineCalls } from './messages.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Networks } from './networks.ts'

/** What grouping needs to know. */
interface Known {
  readonly memory: Memory
  readonly live: LiveLabels
  readonly near: Neighbourhood
  readonly likeness: Networks['likeness']
}

/** Unlabelled pictures in groups by likeness, each with the name that most of it would get; those in none, or not yet seen, are the rest. */
export async function groupedPictures(
  { memory, live, near, likeness }: Known,
  detail: number,
): Promise<ReturnType<EngineCalls['groups']>> {
  const unlabeled = [...memory.all()].filter(({ label }) => label === null)
  const pictures: Seen[] = unlabeled.filter(isSeen)
  const idAt = (row: number) => pictures[row]!.id
  const { groups, rest } = await groupRows(unitMatrix(pictures, likeness), {
    detail: detail as Detail,
    nearest: (rows, unit, size) => near.of(Array.from(rows, idAt), unit, size),
  })
  const unseen = unlabeled.filter(picture => !isSeen(picture)).map(({ id }) => id)
  return {
    groups: groups.map(rows => ({
      ids: rows.map(idAt),
      suggestion: live.mostNamed(rows.map(row => pictures[row]!)),
    })),
    rest: [...rest.map(idAt), ...unseen],
  }
}
