import { UserError } from '../../errors.ts'
import { type GraphNode, nodeError, parseRef } from '../../graph/graph.ts'
import { bytesOfArray, elementCount, floatsOf, type Tensor } from '../../graph/tensor.ts'
import { permuted } from '../../graph/transpose.ts'
import { Budget } from './budget.ts'
import { BATCH, isTensor, type Operand, physicalShape, type Value } from './value.ts'
import type { OnnxAttr, OnnxNode, OnnxTensor } from './wire.ts'

/** What a node gives, and how many products, or comparisons, each of its numbers takes; one unless given. */
type Result = Omit<Value, 'name' | 'padding'> & { readonly products?: number }

/** Collects the ONNX nodes and tensors of one model while its TensorFlow nodes are lowered in turn. */
export class Builder {
  readonly nodes: OnnxNode[] = []
  readonly tensors: OnnxTensor[] = []
  readonly #results = new Map<string, readonly Operand[]>()
  readonly #names = new Map<string, number>()
  /** The other layout of a value, made at most once. */
  readonly #converted = new Map<string, Value>()
  readonly #constants = new Map<string, string>()
  readonly #uses: (ref: string) => number
  readonly #budget = new Budget()

  /**
   * @param uses how many nodes and outputs of the TensorFlow graph use a reference
   * @param reserved names of the model's own inputs and outputs
   */
  constructor(uses: (ref: string) => number, reserved: readonly string[]) {
    this.#uses = uses
    for (const name of reserved) this.unique(name)
  }

  /** What a reference such as `node` or `node:1` stands for. */
  operand(ref: string): Operand {
    const { name, index } = parseRef(ref)
    const result = this.#results.get(name)?.[index]
    if (result === undefined) throw new UserError('E_BAD_GRAPH', `The graph uses "${ref}", which is not in it.`)
    return result
  }

  setResults(node: GraphNode, results: readonly Operand[]): void {
    this.#results.set(node.name, results)
  }

  /** The operand as a value in the model: constants become initialisers. */
  value(operand: Operand): Value {
    if (!isTensor(operand)) return this.materialized(operand)
    return { name: this.constant('const', operand), shape: operand.shape, layout: 'plain' }
  }

  /** A name not used yet, made from a TensorFlow name. */
  unique(name: string): string {
    const count = this.#names.get(name) ?? 0
    this.#names.set(name, count + 1)
    return count === 0 ? name : `${name}__${count}`
  }

  /** Adds a node with one output and returns that output. */
  emit(
    op: string,
    name: string,
    inputs: readonly string[],
    attrs: Readonly<Record<string, OnnxAttr>>,
    result: Result,
  ): Value {
    const output = this.unique(name)
    this.#budget.spend(name, sizeOfOne(result.shape), result.products)
    this.nodes.push({ op, name: output, inputs, outputs: [output], attrs })
    return { name: output, shape: result.shape, layout: result.layout }
  }

  /** Adds float32 weights of a shape as ONNX has it; `data` is asked for when the model is encoded. */
  floats(name: string, shape: readonly number[], data: () => Float32Array): string {
    const unique = this.unique(name)
    this.tensors.push({ name: unique, type: 'float', shape, bytes: () => bytesOfArray(data()) })
    return unique
  }

  /** Adds a small float32 constant, once for each value. */
  constant(name: string, tensor: Tensor): string {
    const data = floatsOf(tensor)
    const key = data.length <= 16 ? `f:${tensor.shape.join()}:${data.join()}` : undefined
    return this.#once(key, () => this.floats(name, tensor.shape, () => data))
  }

  scalar(value: number): string {
    return this.constant('scalar', { dtype: 'float32', shape: [], data: Float32Array.of(value) })
  }

  /** Adds a vector of int64 (axes, sizes, paddings), once for each value. */
  ints(values: readonly number[]): string {
    return this.#once(`i:${values.join()}`, () => {
      const name = this.unique('ints')
      const bytes = bytesOfArray(BigInt64Array.from(values, BigInt))
      this.tensors.push({ name, type: 'int64', shape: [values.length], bytes: () => bytes })
      return name
    })
  }

  #once(key: string | undefined, make: () => string): string {
    if (key === undefined) return make()
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const name = make()
    this.#constants.set(key, name)
    return name
  }

  /**
   * Adds a bias of one number a channel to what a Conv or MatMul gave, inside that node, when nothing else uses it.
   *
   * @returns undefined when it cannot be put there
   */
  biased(input: string, bias: Tensor): Value | undefined {
    const operand = this.operand(input)
    return isTensor(operand) || this.#uses(input) !== 1 ? undefined : this.withBias(operand, bias)
  }

  /** The same for a value that is known to have no other use. */
  withBias(value: Value, bias: Tensor): Value | undefined {
    if (bias.shape.length !== 1) return undefined
    const index = this.nodes.findLastIndex(node => node.outputs[0] === value.name)
    const node = this.nodes[index]
    if (node === undefined || node.inputs.length !== 2) return undefined
    if (node.op !== 'Conv' && node.op !== 'MatMul') return undefined
    const inputs = [...node.inputs, this.constant(`${node.name}/bias`, bias)]
    this.nodes[index] = { ...node, op: node.op === 'MatMul' ? 'Gemm' : 'Conv', inputs }
    return value
  }

  /** An NHWC value with its channels first. */
  nchw(operand: Operand): Value {
    if (isTensor(operand)) {
      const [n, h, w, c] = operand.shape as [number, number, number, number]
      const data = () => permuted(floatsOf(operand), [n, h, w, c], [0, 3, 1, 2])
      return { name: this.floats('const', [n, c, h, w], data), shape: operand.shape, layout: 'nchw' }
    }
    const value = this.materialized(operand)
    return value.layout === 'nchw' ? value : this.#transpose(value, [0, 3, 1, 2], 'nchw')
  }

  /** A value with its axes in TensorFlow's order. */
  plain(operand: Operand): Value {
    const value = this.value(operand)
    return value.layout === 'plain' ? value : this.#transpose(value, [0, 2, 3, 1], 'plain')
  }

  #transpose(value: Value, perm: readonly number[], layout: Value['layout']): Value {
    const known = this.#converted.get(value.name)
    if (known !== undefined) return known
    const { shape } = value
    // Where one of the moved parts has size 1, the bytes are in the same order and only the shape is told anew.
    const moves = shape[3] !== 1 && shape[1]! * shape[2]! !== 1
    const target = physicalShape({ ...value, layout }).map((size, axis) => (axis === 0 && size === BATCH ? 0 : size))
    const result = moves
      ? this.emit('Transpose', `${value.name}/${layout}`, [value.name], { perm }, { shape, layout })
      : this.emit('Reshape', `${value.name}/${layout}`, [value.name, this.ints(target)], {}, { shape, layout })
    this.#converted.set(value.name, result)
    return result
  }

  /** A value whose pending zeros are written out. */
  materialized(value: Value): Value {
    if (value.padding === undefined) return value
    const [top, left, bottom, right] = value.padding
    const key = `${value.name}/pad${value.padding.join('_')}`
    const known = this.#converted.get(key)
    if (known !== undefined) return known
    const pairs = [
      [0, 0],
      [0, 0],
      [top, bottom],
      [left, right],
    ] as const
    const result = this.padded(`${value.name}/pad`, value.name, pairs, 0, value)
    this.#converted.set(key, result)
    return result
  }

  /**
   * Adds a Pad with a constant value.
   *
   * @param pairs before and after, of each axis of the ONNX tensor
   */
  padded(
    name: string,
    input: string,
    pairs: readonly (readonly [number, number])[],
    constant: number,
    result: Omit<Value, 'name' | 'padding'>,
  ): Value {
    // The axes are given although the sizes would do without: onnxruntime fuses a Pad of zeros without axes into a MaxPool
    // after it, whose own padding is minus infinity, not zero.
    const axes = [...pairs.keys()].filter(axis => pairs[axis]!.some(size => size !== 0))
    const pads = [...axes.map(axis => pairs[axis]![0]), ...axes.map(axis => pairs[axis]![1])]
    return this.emit('Pad', name, [input, this.ints(pads), this.scalar(constant), this.ints(axes)], {}, result)
  }

  /** The numbers of an input that has to be known beforehand: axes, shapes, paddings. */
  known(node: GraphNode, index: number): Tensor {
    const operand = this.operand(node.inputs[index] ?? '')
    if (!isTensor(operand)) throw nodeError(node, `its input ${index} must be a constant.`)
    return operand
  }
}

/** A value's element count without its batch. */
export function sizeOfOne(shape: readonly number[]): number {
  return elementCount(shape[0] === BATCH ? shape.slice(1) : shape)
}
