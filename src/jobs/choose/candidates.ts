import { BUNDLED_NAMES } from '../../backbone/catalog.ts'
import type { Resize } from '../../image/recipe.ts'

/** What `--backbone`, `--input-size` and `--resize` would say. */
export interface Candidate {
  readonly backbone: string
  /** The network's own where undefined. */
  readonly inputSize: number | undefined
  readonly resize: Resize
}

/** A size that gained about a point over ten sets of pictures, at 1.6 times the time. */
const LARGER = 288

/** What the user has settled: it is not compared. */
export interface Settled {
  readonly inputSize?: number | undefined
  readonly resize?: Resize | undefined
}

/** How many pictures a candidate named right, once it is known. */
export type RightOf = (candidate: Candidate) => number | undefined

/**
 * The candidates of the next stage, the cheap ones first: each network as it is, then cropped, then larger, then two
 * joined (which costs no more bottlenecks: a pair is of candidates that were tried one by one).
 */
export const STAGES: readonly ((settled: Settled, right: RightOf) => Candidate[])[] = [
  ({ inputSize, resize = 'stretch' }) => BUNDLED_NAMES.map(backbone => ({ backbone, inputSize, resize })),
  ({ inputSize, resize }) =>
    resize === undefined ? BUNDLED_NAMES.map(backbone => ({ backbone, inputSize, resize: 'crop' })) : [],
  (settled, right) =>
    settled.inputSize === undefined
      ? BUNDLED_NAMES.map(backbone => ({ backbone, inputSize: LARGER, resize: better(settled, right, [backbone]) }))
      : [],
  (settled, right) => {
    const sizes = settled.inputSize === undefined ? [undefined, LARGER] : [settled.inputSize]
    return pairs().flatMap(names =>
      sizes.flatMap(inputSize => {
        const resize = better(settled, right, names)
        const tried = names.every(backbone => right({ backbone, inputSize, resize }) !== undefined)
        return tried ? [{ backbone: names.join('+'), inputSize, resize }] : []
      }),
    )
  },
]

/** How many candidates there may be: those of a single network, which need bottlenecks of their own, and all. */
export function mostCandidates(settled: Settled): { readonly single: number; readonly all: number } {
  const stages = 1 + (settled.resize === undefined ? 1 : 0) + (settled.inputSize === undefined ? 1 : 0)
  const single = stages * BUNDLED_NAMES.length
  return { single, all: single + pairs().length * (settled.inputSize === undefined ? 2 : 1) }
}

/** The resize by which these networks named more pictures right, at the size that all were tried at. */
function better({ inputSize, resize }: Settled, right: RightOf, names: readonly string[]): Resize {
  if (resize !== undefined) return resize
  const total = (way: Resize) =>
    names.reduce((sum, backbone) => sum + (right({ backbone, inputSize, resize: way }) ?? 0), 0)
  return total('crop') > total('stretch') ? 'crop' : 'stretch'
}

function pairs(): string[][] {
  return BUNDLED_NAMES.flatMap((one, at) => BUNDLED_NAMES.slice(at + 1).map(other => [one, other]))
}
