import type { TrainEvent } from '../train/events.ts'
import type { mostCandidates } from './candidates.ts'

/** How far a comparison has come. */
export interface ChoosingProgress {
  /** Pictures of the present candidate whose bottlenecks there are. */
  bottlenecks(done: number): void
  /** The share done of its cross-validation. */
  steps(share: number): void
  /** Goes on to the next candidate. */
  end(): void
}

/** Counts pictures: a candidate's bottlenecks are one a picture, its cross-validation takes about half of that. */
export function choosingProgress(
  onEvent: (event: TrainEvent) => void,
  pictures: number,
  most: ReturnType<typeof mostCandidates>,
): ChoosingProgress {
  const total = Math.round(pictures * (most.single + most.all / 2))
  let done = 0
  let begun = 0
  const show = (now: number) => onEvent({ kind: 'choosing', done: Math.min(total, Math.round(now)), total })
  return {
    bottlenecks(extracted: number) {
      begun = extracted
      show(done + extracted)
    },
    steps: (share: number) => show(done + begun + (share * pictures) / 2),
    end() {
      done += begun + pictures / 2
      begun = 0
    },
  }
}
