import type { Tensor } from '../../graph/tensor.ts'

/** The open size of a batch, among a value's sizes. */
export const BATCH = -1

/**
 * What a TensorFlow output became. `shape` is TensorFlow's; in layout `nchw` the ONNX tensor holds the same with its axes
 * in the order 0, 3, 1, 2.
 */
export interface Value {
  readonly name: string
  readonly shape: readonly number[]
  readonly layout: 'plain' | 'nchw'
  /** Zeros still to be put around height and width: a convolution takes them over, all else has them written out. */
  readonly padding?: Padding
}

/** Pixels: top, left, bottom, right. */
export type Padding = readonly [number, number, number, number]

/** What a node gives: computed when the model runs, or known already. */
export type Operand = Value | Tensor

export function isTensor(operand: Operand): operand is Tensor {
  return 'dtype' in operand
}

/** TensorFlow's shape of an NHWC value, in the order of the ONNX tensor. */
export function physicalShape(value: Value): readonly number[] {
  const { shape } = value
  return value.layout === 'nchw' ? [shape[0]!, shape[3]!, shape[1]!, shape[2]!] : shape
}

/** Where TensorFlow's axis (negative ones count from the end) lies in the ONNX tensor. */
export function physicalAxis(value: Value, axis: number): number {
  const positive = axis < 0 ? axis + value.shape.length : axis
  return value.layout === 'nchw' ? [0, 2, 3, 1][positive]! : positive
}

/** The axes that hold channels, height and width of TensorFlow's value. */
export function imageAxes(dataFormat: string): { channel: number; height: number; width: number } {
  return dataFormat === 'NCHW' ? { channel: 1, height: 2, width: 3 } : { channel: 3, height: 1, width: 2 }
}
