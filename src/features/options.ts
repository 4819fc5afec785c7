import type { Engine } from '../engine/engine.ts'
import type { DecodeLimits } from '../image/limits.ts'
import type { BottleneckCache } from './cache.ts'

/** How far an extraction has come; counts bottlenecks, one for each picture and backbone. */
export interface ExtractProgress {
  readonly done: number
  readonly total: number
  /** Of those done, how many came from the cache. */
  readonly cached: number
  /** Pictures that were read and decoded, which goes on beside the networks; of so many that some network lacks. */
  readonly decoded: number
  readonly toDecode: number
  /** What each network lacked at first, and has since. */
  readonly networks: readonly NetworkProgress[]
}

export interface NetworkProgress {
  readonly name: string
  /** Side of its input in pixels. */
  readonly size: number
  readonly features: number
  readonly done: number
  readonly total: number
}

export interface ExtractOptions {
  /** Called only when some bottleneck is not in the cache: making an engine ready costs more than a cached run. */
  readonly engine: () => Promise<Engine>
  readonly store: BottleneckCache
  readonly limits: DecodeLimits
  readonly onProgress?: ((progress: ExtractProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
