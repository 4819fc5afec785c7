import { findNear } from '../../assess/assess.ts'
import { wilsonInterval } from '../../assess/interval.ts'
import { sampleEvenly } from '../../assess/makeBank.ts'
import { PRESETS } from '../../backbone/catalog.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import type { Dataset } from '../../dataset/scan.ts'
import { splitExamples } from '../../dataset/split.ts'
import { UserError } from '../../errors.ts'
import { lastFeatures } from '../../features/lastFeatures.ts'
import type { ExtractProgress } from '../../features/options.ts'
import { bottlenecksOf } from '../train/bottlenecks.ts'
import { groupedExamples } from '../train/groups.ts'
import type { ResolvedTrainOptions } from '../train/options.ts'
import type { TrainingRun } from '../train/run.ts'
import { allCandidates, type Settled, STAGES } from './candidates.ts'
import type { Choice } from './choice.ts'
import { choosePaired, count, isUnbeatable, pairedGain } from './paired.ts'
import { ChoosingProgress } from './progress.ts'
import { type ComparableRows, Trial, type Tried } from './trial.ts'

/** What `--backbone` says to have it chosen. */
export const AUTO = 'auto'

/** Pictures compared by, at most: a sample, evenly of all categories. */
const SAMPLE = 2000

/**
 * Chooses backbone, input size and resizing by cross-validation: the cheapest candidate that none beats beyond its error
 * bars. Bottlenecks are cached as they come, so that an interrupted comparison goes on where it ended, and the training
 * that follows has them already.
 *
 * @throws UserError for options that belong to one network; the signal's reason when aborted
 */
export async function choose(dataset: Dataset, run: TrainingRun): Promise<Choice> {
  const { network, onEvent } = run.options
  const fixed = (['mean', 'scale', 'input', 'bottleneck'] as const).find(name => network[name] !== undefined)
  if (fixed) throw new UserError('E_BAD_VALUE', `--${fixed} can't be used with --backbone auto: it belongs to one.`)
  const settled: Settled = { inputSize: network.inputSize, resize: network.resize }
  const sampled = sampleOf(dataset)
  const most = allCandidates(settled)
  const pictures = sampled.pictures.length
  const progress = new ChoosingProgress(onEvent, pictures, most)
  onEvent({ kind: 'comparing', candidates: most.length, pictures, of: dataset.pictures.length })

  const rows = await comparableRows(sampled, run, event => progress.bottlenecks(most[0]!, event))
  const trial = new Trial(rows, run, progress)
  await trial.lookAhead(most)
  const groups = groupNumbers(rows.examples)
  const endedEarly = await tryAll(trial, settled, groups, progress)
  return choiceOf(trial.tried, groups, { of: dataset.pictures.length, endedEarly })
}

/** The pictures that all candidates are compared on, as the first one sees them. */
async function comparableRows(
  sampled: Dataset,
  run: TrainingRun,
  onProgress: (progress: ExtractProgress) => void,
): Promise<ComparableRows> {
  const first: ResolvedTrainOptions = {
    ...run.options,
    network: { ...run.options.network, backbone: PRESETS.fast },
    augment: 0,
    onEvent: event => void (event.kind === 'bottlenecks' && onProgress(event)),
  }
  const { data, extraction, backbones } = await bottlenecksOf(sampled, { ...run, options: first })
  const near = await findNear(lastFeatures(extraction.matrix, backbones), data.labels, first.signal)
  const examples = groupedExamples(extraction, data.labels, near)
  // Too few pictures to train on are refused now, not after the comparison.
  splitExamples(examples, first.fractions, label => sampled.categories[Number(label)]!)
  return { data, extraction, examples }
}

/** Tries the candidates stage by stage. @returns true when none after the first stage could be better */
async function tryAll(
  trial: Trial,
  settled: Settled,
  groups: Int32Array,
  progress: ChoosingProgress,
): Promise<boolean> {
  const [few, ...others] = STAGES.map(candidates => candidates(settled))
  const more = others.flat()
  for (const [at, candidate] of few!.entries()) {
    await trial.run(candidate)
    const endsEarly = isUnbeatable(trial.tried[0]!.right, groups)
    progress.settle([...few!.slice(at + 1), ...(endsEarly ? [] : more)])
    if (endsEarly && at === few!.length - 1) return true
  }
  for (const candidate of more) await trial.run(candidate)
  return false
}

function choiceOf(
  tried: readonly Tried[],
  groups: Int32Array,
  { of: all, endedEarly }: Pick<Choice, 'of' | 'endedEarly'>,
): Choice {
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
    of: all,
    endedEarly,
  }
}

/** The same run with what was chosen. */
export function withChoice(run: TrainingRun, { candidates, chosen }: Choice): TrainingRun {
  const { backbone, inputSize, resize } = candidates[chosen]!
  const network = { ...run.options.network, backbone, inputSize, resize }
  return { ...run, options: { ...run.options, network } }
}

function sampleOf(dataset: Dataset): Dataset {
  const labels = labelNumbers(dataset.pictures, dataset.categories)
  return { ...dataset, pictures: Array.from(sampleEvenly(labels, SAMPLE), row => dataset.pictures[row]!) }
}

/** A number for each group of near-duplicates, [pictures]. */
function groupNumbers(examples: ComparableRows['examples']): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(examples, ({ group, hash }) => {
    const key = group ?? hash
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  })
}
