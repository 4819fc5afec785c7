/** An ONNX model in memory: plain data, encoded by encode.ts. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: readonly OnnxTensor[]
  readonly nodes: readonly OnnxNode[]
}

/** onnx.proto3, TensorProto.DataType */
export const ONNX_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const
export type OnnxType = keyof typeof ONNX_TYPES

/** A named tensor's type; a dimension's name stands for any length. */
export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export interface OnnxTensor {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  /** Little endian, row-major. */
  readonly bytes: Uint8Array
}

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly graph: OnnxGraph }

/** A node; one output may be given by its name alone. */
export function onnxNode(
  op: string,
  inputs: readonly string[],
  outputs: string | readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { op, inputs, outputs: typeof outputs === 'string' ? [outputs] : outputs, attributes }
}

/** A float32 constant. */
export function floatConstant(
  name: string,
  shape: readonly number[],
  values: readonly number[] | Float32Array,
): OnnxTensor {
  const data = Float32Array.from(values)
  return { name, type: 'float32', shape, bytes: new Uint8Array(data.buffer) }
}

/** A vector of int64, or a scalar when given a number: what shapes and axes are written in. */
export function intConstant(name: string, values: number | readonly number[]): OnnxTensor {
  const list = typeof values === 'number' ? [values] : values
  const data = BigInt64Array.from(list, BigInt)
  return {
    name,
    type: 'int64',
    shape: typeof values === 'number' ? [] : [list.length],
    bytes: new Uint8Array(data.buffer),
  }
}
