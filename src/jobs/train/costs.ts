import type { HeadOptions } from '../../head/options.ts'

/** What takes time in a training, in this order; the report is what is left to be written at the end. */
export const STAGES = [
  'choosing',
  'bottlenecks',
  'variants',
  'neighbours',
  'head',
  'cross-validation',
  'assessment',
  'report',
] as const
export type Stage = (typeof STAGES)[number]

/** What is known of a training's size; of what isn't yet, a guess. */
export interface Size {
  readonly pictures: number
  readonly categories: number
  readonly features: number
  /** Of a comparison, in pictures that the smallest network takes in that time. */
  readonly choosing: number
  /** Bottlenecks that the cache lacks, and those of variants, in the same. */
  readonly bottlenecks: number
  readonly variants: number
}

/** Time of a network's picture, decoding included, as multiples of mobilenet_v1's at its own size (bench/README.md). */
const NETWORKS: Readonly<Record<string, number>> = { mobilenet_v1: 1, efficientnet_lite0: 1, efficientnet_lite2: 2 }
const UNKNOWN_NETWORK = 4
/** Seconds of a picture of mobilenet_v1, and of a product of a head's steps, on the machine of bench/README.md. */
const PICTURE = 0.009
const PRODUCT = 8e-11
/** Logits that the experiments may give, and heads of them, about: beyond it there are none. */
const MOST_LOGITS = 25_000_000
const EXPERIMENTS = 10

/** Whether it is known how long a picture takes a network. */
export function isMeasured(name: string): boolean {
  return name in NETWORKS
}

/**
 * How long a picture takes a network, as a multiple of mobilenet_v1's.
 *
 * @param size side of its input in pixels, its own unless given
 */
export function networkCost(name: string, size?: number): number {
  const known = NETWORKS[name]
  const own = name === 'efficientnet_lite2' ? 260 : 224
  return known === undefined ? UNKNOWN_NETWORK : known * ((size ?? own) / own) ** 2
}

/**
 * Seconds that a stage takes on the machine of bench/README.md, roughly: how it grows is what counts, as the last training
 * tells the rest.
 */
export function usualSeconds(stage: Stage, size: Size, { steps, batch, folds }: HeadOptions): number {
  const { pictures, categories, features } = size
  const head = steps * batch * categories * Math.min(pictures, features) * PRODUCT
  switch (stage) {
    case 'choosing':
      return size.choosing * PICTURE
    case 'bottlenecks':
      return size.bottlenecks === 0 ? 0.02 : 0.3 + size.bottlenecks * PICTURE
    case 'variants':
      return size.variants * PICTURE
    case 'neighbours':
      return 0.3 + pictures * 3e-5
    case 'head':
      return 0.15 + head + pictures * 1e-5
    case 'cross-validation':
      return folds === 0 ? 0 : 0.15 + 0.9 * folds * head + pictures * 2e-5
    case 'assessment': {
      if (folds === 0) return 0
      const experiments = pictures * categories * EXPERIMENTS <= MOST_LOGITS ? 4 * head : 0
      return 0.4 + experiments + pictures * 3e-5
    }
    case 'report':
      return 0.3 + pictures * 1e-5
  }
}
