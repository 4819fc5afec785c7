import type { InferenceSession } from 'onnxruntime-web'

/** A compiled network, which a thread of onnxLanes.ts runs from then on. */
export interface LaneNetwork {
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

export type LaneMessage = ({ readonly kind: 'open' } & LaneNetwork) | ({ readonly kind: 'run' } & LanePictures)
