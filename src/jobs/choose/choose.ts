import { type Interval, wilsonInterval } from '../../assess/interval.ts'
import { sampleEvenly } from '../../assess/makeBank.ts'
import { BUNDLED_NAMES } from '../../backbone/catalog.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import type { Dataset } from '../../dataset/scan.ts'
import { UserError } from '../../errors.ts'
import { PartCache } from '../../features/partCache.ts'
import { DEFAULT_HEAD_OPTIONS, type HeadOptions } from '../../head/options.ts'
import type { Layout } from '../../model/layout.ts'
import type { TrainOptions } from '../train/options.ts'
import { type Prepared, prepare } from '../train/prepare.ts'
import { type Candidate, mostCandidates, type Settled, STAGES } from './candidates.ts'
import { choosePaired, count, isUnbeatable, pairedGain } from './paired.ts'
import { choosingProgress } from './progress.ts'
import { Trial } from './trial.ts'

/** What `--backbone` says to have it chosen. */
export const AUTO = 'auto'

/** Of more pictures, as many are compared by, evenly of all categories. */
const SAMPLE = 2000

/** A candidate and how well it did. */
export interface Compared extends Candidate {
  /** By cross-validation, on the same folds as the others; with its 95 % interval. */
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
  /** The share more, or less, than the first candidate, paired picture by picture; with its 95 % interval. */
  readonly gain: number
  readonly gainInterval: Interval
  /** To decode one picture and run the network, measured here. */
  readonly milliseconds: number
}

/** What a comparison came to. */
export interface Choice {
  /** In the order they were tried: the default first. */
  readonly candidates: readonly Compared[]
  /** Index of the one that was chosen. */
  readonly chosen: number
  /** Pictures compared by, of all there are. */
  readonly pictures: number
  readonly of: number
  /** True when so few pictures were named wrong by the first that none could be better beyond chance. */
  readonly endedEarly: boolean
}

/**
 * Chooses backbone, input size and resizing by cross-validation: the cheapest candidate that none beats beyond its error
 * bars. Bottlenecks are cached as they come, so that an interrupted comparison goes on where it ended, and the training
 * that follows has them already.
 *
 * @throws UserError for options that belong to one network; the signal's reason when aborted
 */
export async function choose(
  layout: Layout,
  dataset: Dataset,
  head: HeadOptions,
  options: TrainOptions,
): Promise<Choice> {
  const fixed = (['mean', 'scale', 'input', 'bottleneck'] as const).find(name => options[name] !== undefined)
  if (fixed) throw new UserError('E_BAD_VALUE', `--${fixed} can't be used with --backbone auto: it belongs to one.`)
  const settled: Settled = { inputSize: options.inputSize, resize: options.resize }
  const sampled = sampleOf(dataset)
  const most = mostCandidates(settled)
  const report = choosingProgress(options, sampled.pictures.length, most)
  options.onEvent?.({
    kind: 'comparing',
    candidates: most.all,
    pictures: sampled.pictures.length,
    of: dataset.pictures.length,
  })

  const prepared = await prepare(layout, sampled, {
    ...options,
    backbone: BUNDLED_NAMES[0]!,
    augment: 0,
    onEvent: event => event.kind === 'bottlenecks' && report.bottlenecks(event.done),
  })
  const trial = new Trial(prepared, { ...head, folds: head.folds || DEFAULT_HEAD_OPTIONS.folds }, options, report)
  const groups = groupNumbers(prepared)
  const store = await PartCache.open(layout.bottlenecks)
  let endedEarly = false
  try {
    for (const [stage, candidates] of STAGES.entries()) {
      for (const candidate of candidates(settled, trial.right)) await trial.run(candidate, store)
      endedEarly = stage === 0 && isUnbeatable(trial.tried[0]!.right, groups)
      if (endedEarly) break
    }
  } finally {
    await store.close()
  }
  const tried = trial.tried
  const base = tried[0]!.right
  return {
    candidates: tried.map(({ candidate, right, milliseconds }) => {
      const hits = count(right)
      const { gain, ...gainInterval } = pairedGain(base, right)
      const accuracy = hits / right.length
      const interval = wilsonInterval(hits, right.length)
      return { ...candidate, right: hits, accuracy, interval, gain, gainInterval, milliseconds }
    }),
    chosen: choosePaired(tried, groups),
    pictures: base.length,
    of: dataset.pictures.length,
    endedEarly,
  }
}

/** The options that train what was chosen. */
export function chosenOptions({ candidates, chosen }: Choice): Pick<TrainOptions, 'backbone' | 'inputSize' | 'resize'> {
  const { backbone, inputSize, resize } = candidates[chosen]!
  return { backbone, resize, ...(inputSize !== undefined && { inputSize }) }
}

function sampleOf(dataset: Dataset): Dataset {
  const labels = labelNumbers(dataset.pictures, dataset.categories)
  return { ...dataset, pictures: Array.from(sampleEvenly(labels, SAMPLE), row => dataset.pictures[row]!) }
}

/** A number for each group of near-duplicates, [pictures]. */
function groupNumbers({ examples }: Prepared): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(examples, ({ group, hash }) => {
    const key = group ?? hash
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  })
}
