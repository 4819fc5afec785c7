import type { InferenceSession } from 'onnxruntime-web'

/** What a thread of onnxLanes.ts is started with. */
export interface LaneData {
  /** What to run it with, as that thread requires it. */
  readonly library: string
  /** A compiled network. */
  readonly bytes: Uint8Array
  readonly options: InferenceSession.SessionOptions
  /** Pixels a side. */
  readonly size: number
}
