import type { Stage } from './costs.ts'

/** Seconds of measurement that count as much as what is known beforehand. */
export const EVIDENCE = 0.5
/** Stages whose time is that of pictures, decoded and run; the others' is that of heads. */
const OF_PICTURES: ReadonlySet<Stage> = new Set(['choosing', 'bottlenecks', 'variants'])
/**
 * What the time of pictures tells of that of heads: pictures may be small or large, which says nothing of the machine; that they are
 * slow tells more than that they are fast. On a machine that many programs wanted, pictures took 10 and 20 times as long as
 * usual, and heads 14 and 6 times.
 */
const LEAST = 0.6
const SHARED = 0.75

/** What a stage took, or will have taken, and what it was expected to, in seconds. */
export interface Evidence {
  readonly stage: Stage
  readonly actual: number
  readonly expected: number
}

/** How many times as long as expected a stage takes, by what others took. */
export function slownessOf(evidence: readonly Evidence[]): (stage: Stage) => number {
  const ofPictures = ratio(
    evidence.filter(({ stage }) => OF_PICTURES.has(stage)),
    1,
  )
  const ofHeads = ratio(
    evidence.filter(({ stage }) => !OF_PICTURES.has(stage)),
    Math.max(LEAST, ofPictures ** SHARED),
  )
  return stage => (OF_PICTURES.has(stage) ? ofPictures : ofHeads)
}

/** @param usual while there is no evidence */
function ratio(evidence: readonly Evidence[], usual: number): number {
  const sum = (of: (each: Evidence) => number) => evidence.reduce((all, each) => all + of(each), 0)
  return (sum(({ actual }) => actual) + EVIDENCE * usual) / (sum(({ expected }) => expected) + EVIDENCE)
}
