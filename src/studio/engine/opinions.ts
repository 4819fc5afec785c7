import { argMaxAt } from '../../head/softmax.ts'
import type { LiveLabels } from './liveLabels.ts'
import type { Seen } from './memory.ts'
import type { Opinions } from './messages.ts'

/** What was found out about files on the way: [id, hash], and [id, why it can't be read]. */
export interface Found {
  readonly hashes: [number, string][]
  readonly unreadable: [number, string][]
}

/** What the live head makes of pictures; a best of -1 each without one. */
export function opinionsOf(
  live: LiveLabels,
  pictures: readonly Seen[],
  width: number,
): Omit<Opinions, 'unfamiliar' | keyof Found> {
  const labels = live.now?.labels ?? []
  const scores = live.scores(pictures, width)
  const at = (row: number, label: number) =>
    scores === undefined || label < 0 ? -1 : scores[row * labels.length + label]!
  const best = Int32Array.from(pictures, (_, row) =>
    scores === undefined ? -1 : argMaxAt(scores, row * labels.length, labels.length),
  )
  return {
    labels,
    ids: Int32Array.from(pictures, ({ id }) => id),
    best,
    score: Float32Array.from(best, (label, row) => at(row, label)),
    own: Float32Array.from(pictures, ({ label }, row) => at(row, label === null ? -1 : labels.indexOf(label))),
    learnt: live.learnt.pictures,
    ms: live.learnt.ms,
  }
}
