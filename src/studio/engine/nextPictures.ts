import { pickNext } from '../../jobs/next/pick.ts'
import { reasonOf } from '../../jobs/next/reason.ts'
import type { LiveLabels } from './liveLabels.ts'
import { type Seen, unitMatrix } from './memory.ts'
import type { EngineCalls } from './messages.ts'
import type { Networks } from './networks.ts'
import type { Strangers } from './strangers.ts'

interface Known {
  readonly networks: Networks
  readonly live: LiveLabels
  readonly strangers: Strangers
  readonly labelled: readonly Seen[]
  readonly unlabeled: readonly Seen[]
}

/** The unlabelled pictures whose labels would teach most, as `itc next` picks them. */
export async function nextPictures(known: Known, count: number): Promise<ReturnType<EngineCalls['next']>> {
  const { networks, live, strangers, labelled, unlabeled } = known
  const { width, stored, likeness } = networks
  const labels = live.now?.labels ?? []
  const scores = live.scores(unlabeled, width)
  const pool = {
    unit: unitMatrix(unlabeled, likeness),
    scores,
    categories: labels.length,
    isStrange: (row: number) => stored !== undefined && strangers.has(unlabeled[row]!),
    labelled: unitMatrix(labelled, likeness),
  }
  return (await pickNext(pool, count)).map(pick => {
    const best = pick.between?.[0]
    return {
      id: unlabeled[pick.row]!.id,
      guess: best === undefined ? null : labels[best]!,
      score: best === undefined ? null : scores![pick.row * labels.length + best]!,
      why: reasonOf(pick, labels),
    }
  })
}
