import type { InferenceSession } from 'onnxruntime-web'

/** A tensor as it goes from thread to thread. */
export interface LoopTensor {
  readonly type: 'float32' | 'int32'
  readonly data: Float32Array | Int32Array
  readonly shape: readonly number[]
}

/** A training loop of headGraph.ts: what stays the same from call to call, and the states that each call goes on from. */
export interface LoopData {
  readonly bytes: Uint8Array
  readonly options: InferenceSession.SessionOptions
  readonly constants: Readonly<Record<string, LoopTensor>>
  /** By their names without the 0 and 1. */
  readonly states: Readonly<Record<string, LoopTensor>>
}

/** A loop made ready, in this thread or in another. */
export interface Loop {
  /**
   * @param rows of the steps in turn, [steps * batch]
   * @param isCounted the states after them count for their mean
   * @param constants instead of those of the same name that there were
   * @returns the gradients, where the loop gives them
   */
  steps(
    rows: Int32Array,
    batch: number,
    isCounted: boolean,
    constants?: LoopData['constants'],
  ): Promise<Float32Array | undefined>
  /** The last ones, or the mean of those that counted. */
  states(): Promise<Readonly<Record<string, Float32Array>>>
  dispose(): Promise<void>
}

/** What a thread is asked. */
export type LoopMessage =
  | { readonly kind: 'loop'; readonly data: LoopData }
  | {
      readonly kind: 'steps'
      readonly rows: Int32Array
      readonly batch: number
      readonly isCounted: boolean
      readonly constants?: LoopData['constants'] | undefined
    }
  | { readonly kind: 'states' }
  | { readonly kind: 'dispose' }
