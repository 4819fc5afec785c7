import { UserError } from '../errors.ts'

/** Element types that a constant may have, with TensorFlow's number for each (tensorflow/core/framework/types.proto). */
export const DTYPE_CODES = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
} as const
export type DType = keyof typeof DTYPE_CODES

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int16Array
  | Int8Array
  | Uint16Array
  | BigInt64Array

/** Numbers; `float16` and `bfloat16` hold their bit patterns, `bool` one byte an element. */
export interface NumericTensor {
  readonly dtype: Exclude<DType, 'string'>
  readonly shape: readonly number[]
  readonly data: NumericArray
}

interface StringTensor {
  readonly dtype: 'string'
  readonly shape: readonly number[]
  readonly data: readonly Uint8Array[]
}

/** A constant's value; the elements are in row-major order. */
export type Tensor = NumericTensor | StringTensor

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int8: Int8Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  bfloat16: Uint16Array,
  uint16: Uint16Array,
  float16: Uint16Array,
} as const

export function dtypeOfCode(code: number): DType | undefined {
  for (const [name, value] of Object.entries(DTYPE_CODES)) if (value === code) return name as DType
  return undefined
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A zeroed array of `length` elements of a numeric type. */
export function emptyArray(dtype: Exclude<DType, 'string'>, length: number): NumericArray {
  return new ARRAYS[dtype](length)
}

/** Little-endian bytes as an array of a numeric type: a view where the alignment allows one, otherwise a copy. */
export function arrayOfBytes(dtype: Exclude<DType, 'string'>, bytes: Uint8Array): NumericArray {
  const array = ARRAYS[dtype]
  const length = bytes.byteLength / array.BYTES_PER_ELEMENT
  if (!Number.isInteger(length)) {
    throw new UserError(
      'E_BAD_GRAPH',
      `A ${dtype} constant has ${bytes.byteLength} bytes, not a whole number of elements.`,
    )
  }
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, length)
}

/** The little-endian bytes of a numeric array, as a view. */
export function bytesOfArray(data: NumericArray): Uint8Array {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
}

export function floatTensor(shape: readonly number[], data: Float32Array | readonly number[]): NumericTensor {
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) }
}

export function intTensor(shape: readonly number[], data: readonly number[]): NumericTensor {
  return { dtype: 'int32', shape, data: Int32Array.from(data) }
}

/** A constant's elements as float32, whatever its numeric type; its own array if it is float32 already. */
export function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.dtype === 'string')
    throw new UserError('E_BAD_GRAPH', 'Expected a constant of numbers but it holds strings.')
  const { data, dtype } = tensor
  if (data instanceof Float32Array) return data
  if (dtype === 'float16') return halvesToFloats(data as Uint16Array)
  if (dtype === 'bfloat16') {
    const bits = Uint32Array.from(data as Uint16Array, value => value << 16)
    return new Float32Array(bits.buffer)
  }
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : Float32Array.from(data)
}

/** A small constant's elements as plain numbers: axes, shapes, paddings, scalars. */
export function numbersOf(tensor: Tensor): number[] {
  if (tensor.dtype === 'float16' || tensor.dtype === 'bfloat16') return Array.from(floatsOf(tensor))
  if (tensor.dtype === 'string')
    throw new UserError('E_BAD_GRAPH', 'Expected a constant of numbers but it holds strings.')
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number)
}

let halfTable: Float32Array | undefined

/** IEEE 754 half precision to single. All 65,536 values come from a table, because networks have millions of weights. */
export function halvesToFloats(halves: Uint16Array): Float32Array {
  if (halfTable === undefined) {
    halfTable = new Float32Array(65536)
    const floats = new Uint32Array(halfTable.buffer)
    for (let half = 0; half < 65536; half++) floats[half] = floatBitsOf(half)
  }
  const floats = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) floats[i] = halfTable[halves[i]!]!
  return floats
}

/** The same number's bits as a single: powers of 2 would take ten milliseconds for all of them. */
function floatBitsOf(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 31) return sign | 0x7f800000 | (fraction === 0 ? 0 : 0x400000)
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  if (fraction === 0) return sign
  const shift = Math.clz32(fraction) - 21 // a subnormal: its highest bit becomes the implicit one
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)
}

/** Single precision to half, rounded to the nearest, ties to even; out of range becomes the largest finite half. */
export function floatsToHalves(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length)
  const halves = new Uint16Array(floats.length)
  for (let i = 0; i < bits.length; i++) halves[i] = floatToHalf(bits[i]!)
  return halves
}

function floatToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7bff
  if (magnitude < 0x38800000) {
    // Below the smallest normal half: count multiples of 2^-24.
    const exponent = magnitude >>> 23
    if (exponent < 102) return sign
    const shift = 126 - exponent
    const fraction = (magnitude & 0x7fffff) | 0x800000
    const quotient = fraction >>> shift
    const rest = fraction - quotient * 2 ** shift
    const tie = 2 ** (shift - 1)
    return sign | (quotient + (rest > tie || (rest === tie && (quotient & 1) === 1) ? 1 : 0))
  }
  const rebased = magnitude - 0x38000000
  const quotient = rebased >>> 13
  const rest = rebased & 0x1fff
  return sign | (quotient + (rest > 0x1000 || (rest === 0x1000 && (quotient & 1) === 1) ? 1 : 0))
}

/** The same, after which the floats are what the halves hold. Most of them are what is rounded for that anyway. */
export function roundToHalves(floats: Float32Array): Uint16Array {
  const bits = new Int32Array(floats.buffer, floats.byteOffset, floats.length)
  const halves = new Uint16Array(floats.length)
  for (let i = 0; i < bits.length; i++) {
    const all = bits[i]!
    const sign = (all >>> 16) & 0x8000
    const magnitude = all & 0x7fffffff
    if (magnitude >= 0x38800000 && magnitude < 0x477ff000) {
      const rounded = (magnitude + 0xfff + ((magnitude >>> 13) & 1)) & ~0x1fff
      halves[i] = sign | ((rounded - 0x38000000) >>> 13)
      bits[i] = (sign << 16) | rounded
    } else {
      const half = floatToHalf(all)
      halves[i] = half
      bits[i] = half === sign ? sign << 16 : floatBitsOf(half)
    }
  }
  return halves
}
