import type { InferenceSession } from 'onnxruntime-node'

/** What a thread of onnxLanes.ts is started with. */
export interface LaneData {
  /** A compiled network. */
  readonly bytes: Uint8Array
  readonly options: InferenceSession.SessionOptions
  /** Pixels a side. */
  readonly size: number
}
