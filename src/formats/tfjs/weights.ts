import {
  arrayOfBytes,
  type DType,
  elementCount,
  emptyArray,
  floatsOf,
  halvesToFloats,
  type Tensor,
} from '../../graph/tensor.ts'
import { printable } from '../../text.ts'
import { damaged } from '../limits.ts'

/** One entry of a weights manifest; https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts */
export interface WeightSpec {
  name: string
  shape: number[]
  dtype: string
  quantization?: { dtype: string; scale?: number; min?: number; original_dtype?: string }
}

const WEIGHT_TYPES = ['float32', 'int32', 'bool', 'uint8', 'uint16', 'float16'] as const satisfies readonly DType[]

/** Cuts a group's joined shards into the tensors that its manifest lists. */
export function readWeights(specs: readonly WeightSpec[], bytes: Uint8Array): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>()
  let offset = 0
  for (const spec of specs) {
    const { shape } = spec
    if (spec.dtype === 'string') {
      const [tensor, end] = readStrings(shape, bytes, offset)
      tensors.set(spec.name, tensor)
      offset = end
      continue
    }
    const type = spec.quantization?.dtype ?? spec.dtype
    const stored = WEIGHT_TYPES.find(known => known === type)
    if (stored === undefined) throw damaged(`the weights "${spec.name}" have the type ${printable(type)}`)
    const length = elementCount(shape) * emptyArray(stored, 0).BYTES_PER_ELEMENT
    if (offset + length > bytes.length) throw damaged('the weight files are shorter than model.json says')
    tensors.set(spec.name, decode(spec, stored, bytes.subarray(offset, offset + length)))
    offset += length
  }
  return tensors
}

function decode(spec: WeightSpec, stored: Exclude<DType, 'string'>, bytes: Uint8Array): Tensor {
  const data = arrayOfBytes(stored, bytes)
  const { shape, quantization } = spec
  if (quantization === undefined) return { dtype: stored, shape, data }
  if (stored === 'float16') return { dtype: 'float32', shape, data: halvesToFloats(data as Uint16Array) }
  const { scale = 1, min = 0 } = quantization
  if (spec.dtype === 'int32') {
    return {
      dtype: 'int32',
      shape,
      data: Int32Array.from(data as Uint8Array, value => Math.round(value * scale + min)),
    }
  }
  const floats = floatsOf({ dtype: stored, shape, data })
  return { dtype: 'float32', shape, data: floats.map(value => value * scale + min) }
}

/** Strings are stored as a little-endian length of four bytes each, then the bytes. */
function readStrings(shape: readonly number[], bytes: Uint8Array, start: number): [Tensor, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data: Uint8Array[] = []
  let offset = start
  for (let i = elementCount(shape); i > 0; i--) {
    if (offset + 4 > bytes.length) throw damaged('the weight files are shorter than model.json says')
    const length = view.getUint32(offset, true)
    offset += 4 + length
    if (offset > bytes.length) throw damaged('the weight files are shorter than model.json says')
    data.push(bytes.subarray(offset - length, offset))
  }
  return [{ dtype: 'string', shape, data }, offset]
}
