import type { Near } from '../../assess/assess.ts'
import { duplicateGroups, nearDuplicates } from '../../assess/duplicates.ts'
import type { SplitExample } from '../../dataset/split.ts'
import type { Extraction } from '../../features/extract.ts'

/** A category of fewer groups, such as a few long films, is split picture by picture: whole groups would leave it too few parts. */
const LEAST_GROUPS = 10

/**
 * Rows as the split takes them: near-duplicates in one group, so that no picture is tested on a copy of one that was
 * learnt.
 */
export function groupedExamples(extraction: Extraction, labels: Int32Array, near: Near): SplitExample[] {
  const { hashes } = extraction
  const groups = duplicateGroups(near.sample.length, nearDuplicates(near.neighbours))
  const leader = new Map<number, number>() // row → a row of its group
  for (const [at, row] of near.sample.entries()) leader.set(row, near.sample[groups[at]!]!)
  const perLabel = new Map<number, Set<number>>()
  labels.forEach((label, row) => {
    const leaders = perLabel.get(label) ?? new Set<number>()
    perLabel.set(label, leaders.add(leader.get(row) ?? row))
  })
  const members = new Map<number, number>()
  for (const first of leader.values()) members.set(first, (members.get(first) ?? 0) + 1)
  return hashes.map((hash, row) => {
    const label = labels[row]!
    const first = leader.get(row) ?? row
    const isGrouped = (members.get(first) ?? 1) > 1 && perLabel.get(label)!.size >= LEAST_GROUPS
    return isGrouped ? { label, hash, group: hashes[first]! } : { label, hash }
  })
}
