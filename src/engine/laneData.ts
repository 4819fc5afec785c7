import type { InferenceSession } from 'onnxruntime-web'

/** A compiled network, which a thread of onnxLanes.ts runs from then on. */
export interface LaneNetwork {
  /** Of memory that may be shared with other threads. */
  readonly bytes: Uint8Array
  readonly options: InferenceSession.SessionOptions
  /** Pixels a side. */
  readonly size: number
}

/** Pictures to run it on. */
export interface LanePictures {
  /** uint8 RGB, [count, size, size, 3] */
  readonly pixels: Uint8Array
  readonly count: number
}

/** What a thread is asked. */
export type LaneMessage =
  | ({ readonly kind: 'network' } & LaneNetwork)
  | ({ readonly kind: 'run' } & LanePictures)
  | { readonly kind: 'close' }
