import {
  encodeModel,
  type OnnxAttr,
  type OnnxGraph,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from '../formats/onnx/wire.ts'

/** The sizes that a training loop is built for. */
export interface LoopShape {
  readonly heads: number
  readonly categories: number
  readonly learningRate: number
  /** Weight decay, as in HeadProblem. */
  readonly decay?: number | undefined
}

/*
 * Gradient descent of softmax heads as one ONNX `Loop`, so that hundreds of steps cost one call. Two forms of the same
 * arithmetic, with g = rate · (softmax(logits) - truth) · active / (active rows of the head in the batch):
 *
 * - weightsLoop: the state is the weights. A step gathers the batch's features x; logits = W xᵀ + b, W -= g x. It costs
 *   2 · batch · width products an output.
 * - kernelLoop: weights that start at zero stay sums of feature rows, so only products of rows with rows are needed (the
 *   kernel trick). The state is the logits Z of all rows; with K = X Xᵀ + 1 (the 1 is the bias), Z -= g K[batch]. It
 *   costs batch · rows products an output, and no look at the features.
 *
 * Weight decay shrinks weights and biases, and so logits, by one factor a step.
 *
 * Logits and g have the batch last, [heads, categories, batch]: two categories would make rows of two, and the runtime
 * handles a row at a time.
 */

/**
 * features [rows, width], truth [rows, categories], active [rows, heads], batches int32 [steps, batch],
 * weights0 [heads * categories, width], bias0 [heads * categories, 1] → weights1, bias1
 */
export function weightsLoop(shape: LoopShape): Uint8Array {
  const outputs = shape.heads * shape.categories
  const weights = (name: string) => float(name, [outputs, 'width'])
  const bias = (name: string) => float(name, [outputs, 1])
  const step = [
    node('Gather', ['features', 'chosen'], 'x', { axis: 0 }), // [batch, width]
    node('Gemm', ['weights', 'x', 'bias'], 'z', { transB: 1 }), // [outputs, batch]
    ...gradient(),
    node('ReduceSum', ['g', 'second'], 'biasStep', { keepdims: 1 }),
    node('Mul', ['bias', 'keep'], 'biasKept'),
    node('Sub', ['biasKept', 'biasStep'], 'biasNext'),
    node('Gemm', ['g', 'x', 'weights'], 'weightsNext', { alpha: { float: -1 }, beta: { float: kept(shape) } }),
  ]
  const body = loopBody(step, [weights('weights'), bias('bias')], [weights('weightsNext'), bias('biasNext')])
  return loopModel(shape, body, [float('features', ['rows', 'width'])], {
    states: [weights('weights0'), bias('bias0')],
    results: [weights('weights1'), bias('bias1')],
  })
}

/**
 * kernel [rows, rows], truth and active and batches as above, logits0 [heads * categories, rows] → logits1, and
 * gradients [steps, heads * categories, batch], from which the weights follow
 */
export function kernelLoop(shape: LoopShape): Uint8Array {
  const outputs = shape.heads * shape.categories
  const logits = (name: string) => float(name, [outputs, 'rows'])
  const step = [
    node('Gather', ['kernel', 'chosen'], 'k', { axis: 0 }), // [batch, rows]
    node('Gather', ['logits', 'chosen'], 'z', { axis: 1 }), // [outputs, batch]
    ...gradient(),
    node('Gemm', ['g', 'k', 'logits'], 'logitsNext', { alpha: { float: -1 }, beta: { float: kept(shape) } }),
  ]
  const body = loopBody(step, [logits('logits')], [logits('logitsNext'), float('g', [outputs, 'batch'])])
  return loopModel(shape, body, [float('kernel', ['rows', 'rows'])], {
    states: [logits('logits0')],
    results: [logits('logits1'), float('gradients', ['steps', outputs, 'batch'])],
  })
}

/** What a step leaves of weights and biases. */
export function kept({ learningRate, decay = 0 }: LoopShape): number {
  return 1 - learningRate * decay
}

/** left [lines, inner], matrix [inner, outer] or, where transposed, [outer, inner] → product [lines, outer] */
export function productModel(transposed: boolean): Uint8Array {
  return encodeModel({
    metadata: {},
    inputs: [float('left', ['lines', 'inner']), float('matrix', transposed ? ['outer', 'inner'] : ['inner', 'outer'])],
    outputs: [float('product', ['lines', 'outer'])],
    tensors: [],
    nodes: [node('Gemm', ['left', 'matrix'], 'product', { transB: transposed ? 1 : 0 })],
  })
}

/** features [rows, width], weights [outputs, width], bias [outputs] → logits [rows, outputs] */
export function logitsModel(): Uint8Array {
  return encodeModel({
    metadata: {},
    inputs: [float('features', ['rows', 'width']), float('weights', ['outputs', 'width']), float('bias', ['outputs'])],
    outputs: [float('logits', ['rows', 'outputs'])],
    tensors: [],
    nodes: [node('Gemm', ['features', 'weights', 'bias'], 'logits', { transB: 1 })],
  })
}

function node(
  op: string,
  inputs: readonly string[],
  outputs: string | readonly string[],
  attrs: Record<string, OnnxAttr> = {},
): OnnxNode {
  const names = typeof outputs === 'string' ? [outputs] : outputs
  return { op, name: names[0]!, inputs, outputs: names, attrs }
}

function floatConstant(name: string, shape: readonly number[], values: readonly number[]): OnnxTensor {
  return { name, type: 'float', shape, bytes: () => new Uint8Array(Float32Array.from(values).buffer) }
}

/** A scalar or a vector of int64. */
function intConstant(name: string, values: number | readonly number[]): OnnxTensor {
  const list = typeof values === 'number' ? [values] : values
  const shape = typeof values === 'number' ? [] : [list.length]
  return { name, type: 'int64', shape, bytes: () => new Uint8Array(BigInt64Array.from(list, BigInt).buffer) }
}

function float(name: string, shape: OnnxPort['shape']): OnnxPort {
  return { name, type: 'float', shape }
}

/** The step's own rows: index into `batches`. */
function chosenRows(): OnnxNode[] {
  return [
    node('Gather', ['batches', 'step'], 'chosen', { axis: 0 }), // [batch]
    node('Gather', ['truth', 'chosen'], 'truthByRow', { axis: 0 }),
    node('Transpose', ['truthByRow'], 'truthOfBatch', { perm: [1, 0] }), // [categories, batch]
    node('Gather', ['active', 'chosen'], 'activeByRow', { axis: 0 }),
    node('Transpose', ['activeByRow'], 'activeOfBatch', { perm: [1, 0] }), // [heads, batch]
  ]
}

/** z [outputs, batch] → g [outputs, batch] */
function gradient(): OnnxNode[] {
  return [
    node('Reshape', ['z', 'byHead'], 'zByHead'), // [heads, categories, batch]
    // Softmax, by hand: the runtime's own works along the last axis only, and transposes for another.
    node('ReduceMax', ['zByHead', 'second'], 'largest', { keepdims: 1 }),
    node('Sub', ['zByHead', 'largest'], 'zShifted'),
    node('Exp', ['zShifted'], 'powers'),
    node('ReduceSum', ['powers', 'second'], 'sums', { keepdims: 1 }),
    node('Div', ['powers', 'sums'], 'scores'),
    node('Sub', ['scores', 'truthOfBatch'], 'errors'),
    node('ReduceSum', ['activeOfBatch', 'second'], 'actives', { keepdims: 1 }), // [heads, 1]
    node('Max', ['actives', 'one'], 'divisors'), // a head without a row in the batch stands still
    node('Div', ['rate', 'divisors'], 'rates'),
    node('Mul', ['activeOfBatch', 'rates'], 'shares'), // [heads, batch]
    node('Unsqueeze', ['shares', 'second'], 'sharesByHead'), // [heads, 1, batch]
    node('Mul', ['errors', 'sharesByHead'], 'gByHead'),
    node('Reshape', ['gByHead', 'flat'], 'g'),
  ]
}

/** Turns the nodes of a step into what `Loop` wants: step number and condition in, condition and states out. */
function loopBody(step: readonly OnnxNode[], states: readonly OnnxPort[], next: readonly OnnxPort[]): OnnxGraph {
  return {
    inputs: [{ name: 'step', type: 'int64', shape: [] }, { name: 'on', type: 'bool', shape: [] }, ...states],
    outputs: [{ name: 'onNext', type: 'bool', shape: [] }, ...next],
    tensors: [],
    nodes: [...chosenRows(), ...step, node('Identity', ['on'], 'onNext')],
  }
}

function loopModel(
  shape: LoopShape,
  body: OnnxGraph,
  inputs: readonly OnnxPort[],
  { states, results }: { states: readonly OnnxPort[]; results: readonly OnnxPort[] },
): Uint8Array {
  const { heads, categories, learningRate } = shape
  const names = (values: readonly OnnxPort[]) => values.map(value => value.name)
  const always: OnnxTensor = { name: 'always', type: 'bool', shape: [], bytes: () => Uint8Array.of(1) }
  return encodeModel({
    metadata: {},
    inputs: [
      ...inputs,
      float('truth', ['rows', categories]),
      float('active', ['rows', heads]),
      { name: 'batches', type: 'int32', shape: ['steps', 'batch'] },
      ...states,
    ],
    outputs: results,
    tensors: [
      intConstant('byHead', [heads, categories, -1]),
      intConstant('flat', [heads * categories, -1]),
      intConstant('second', [1]),
      intConstant('zero', 0),
      floatConstant('one', [], [1]),
      floatConstant('rate', [], [learningRate]),
      floatConstant('keep', [], [kept(shape)]),
      always,
    ],
    nodes: [
      node('Shape', ['batches'], 'batchesShape'),
      node('Gather', ['batchesShape', 'zero'], 'steps'),
      node('Loop', ['steps', 'always', ...names(states)], names(results), { body: { graph: body } }),
    ],
  })
}
