import { PRESET_NAMES, PRESETS } from '../../backbone/catalog.ts'
import type { Resize } from '../../image/recipe.ts'

/** What `--backbone`, `--input-size` and `--resize` would say. */
export interface Candidate {
  readonly backbone: string
  /** The network's own where undefined. */
  readonly inputSize: number | undefined
  readonly resize: Resize
}

/** What the user has settled: it is not compared. */
export interface Settled {
  readonly inputSize?: number | undefined
  readonly resize?: Resize | undefined
}

/** The candidates of the next stage, the cheap ones first: the presets as they are, then cropped. */
export const STAGES: readonly ((settled: Settled) => Candidate[])[] = [
  ({ inputSize, resize = 'stretch' }) => presets(inputSize, resize),
  ({ inputSize, resize }) => (resize === undefined ? presets(inputSize, 'crop') : []),
]

/** All that may be tried, in this order. */
export function allCandidates(settled: Settled): Candidate[] {
  return STAGES.flatMap(candidates => candidates(settled))
}

function presets(inputSize: number | undefined, resize: Resize): Candidate[] {
  return PRESET_NAMES.map(name => ({ backbone: PRESETS[name], inputSize, resize }))
}
