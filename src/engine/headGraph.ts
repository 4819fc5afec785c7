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
  /** Weight decay and the bias's square, as in HeadProblem. */
  readonly decay?: number | undefined
  readonly biasSquare?: number | undefined
}

/*
 * Gradient descent of softmax heads as one ONNX `Scan`, so that hundreds of steps cost one call. Two forms of the same
 * arithmetic, with g = rate · (softmax(logits) - truth) · active / (active rows of the head in the batch):
 *
 * - weightsLoop: the state is the weights. A step gathers the batch's features x; logits = W xᵀ + b, W -= g x, b -= β² Σ g.
 *   It costs 2 · batch · width products an output.
 * - kernelLoop: weights that start at zero stay sums of feature rows, so only products of rows with rows are needed (the
 *   kernel trick). The state is the logits Z of all rows; with K = X Xᵀ + β² (β is the bias), Z -= g K[batch]. It
 *   costs batch · rows products an output, and no look at the features.
 *
 * Weight decay shrinks weights and biases, and so logits, by one factor a step.
 *
 * Two categories begin alike and step by opposite gradients, so their logits are each other's opposites: a head is then one
 * output, the second logit less the first, its softmax a sigmoid of that, its step twice g. Half the products, a third of
 * the nodes.
 *
 * Logits and g have the batch last, [heads, categories, batch]: two categories would make rows of two, and the runtime
 * handles a row at a time. What a step needs of `active` is gathered for all steps at once: a small node costs a
 * microsecond whatever it does.
 */

/** Whether a head is one output, the difference of its two categories' logits. */
export function isPair({ categories }: Pick<LoopShape, 'categories'>): boolean {
  return categories === 2
}

/** Rows of states: of each head one a category, or one of a pair's difference. */
export function outputsOf({ heads, categories }: Pick<LoopShape, 'heads' | 'categories'>): number {
  return isPair({ categories }) ? heads : heads * categories
}

/**
 * features [rows, width], truth ([rows, categories], or of a pair [rows]: 1 where it is the second), active [rows, heads],
 * batches int32 [steps, batch], weights0 [outputs, width], bias0 [outputs, 1] → weights1, bias1
 */
export function weightsLoop(shape: LoopShape): Uint8Array {
  const outputs = outputsOf(shape)
  const weights = (name: string) => float(name, [outputs, 'width'])
  const bias = (name: string) => float(name, [outputs, 1])
  const step = [
    node('Gather', ['features', 'chosen'], 'x', { axis: 0 }), // [batch, width]
    node('Gemm', ['weights', 'x', 'bias'], 'z', { transB: 1 }), // [outputs, batch]
    ...gradient(shape),
    node('ReduceSum', ['g', 'second'], 'gSum', { keepdims: 1 }),
    node('Mul', ['gSum', 'biasSquare'], 'biasStep'),
    node('Mul', ['bias', 'keep'], 'biasKept'),
    node('Sub', ['biasKept', 'biasStep'], 'biasNext'),
    node('Gemm', ['g', 'x', 'weights'], 'weightsNext', { alpha: { float: -1 }, beta: { float: kept(shape) } }),
  ]
  const next = [weights('weightsNext'), bias('biasNext')]
  return scanModel(shape, { step, states: [weights('weights'), bias('bias')], next }, [
    float('features', ['rows', 'width']),
  ])
}

/**
 * kernel [rows, rows], truth and active and batches as above, logits0 [outputs, rows] → logits1, and where they are wanted
 * gradients [steps, outputs, batch], from which the weights follow
 */
export function kernelLoop(shape: LoopShape, withGradients: boolean): Uint8Array {
  const outputs = outputsOf(shape)
  const logits = (name: string) => float(name, [outputs, 'rows'])
  const step = [
    node('Gather', ['kernel', 'chosen'], 'k', { axis: 0 }), // [batch, rows]
    node('Gather', ['logits', 'chosen'], 'z', { axis: 1 }), // [outputs, batch]
    ...gradient(shape),
    node('Gemm', ['g', 'k', 'logits'], 'logitsNext', { alpha: { float: -1 }, beta: { float: kept(shape) } }),
  ]
  const gradients = { each: float('g', [outputs, 'batch']), all: float('gradients', ['steps', outputs, 'batch']) }
  const collected = withGradients ? gradients : undefined
  return scanModel(shape, { step, states: [logits('logits')], next: [logits('logitsNext')], collected }, [
    float('kernel', ['rows', 'rows']),
  ])
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

function intConstant(name: string, values: readonly number[]): OnnxTensor {
  const bytes = () => new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  return { name, type: 'int64', shape: [values.length], bytes }
}

function float(name: string, shape: OnnxPort['shape']): OnnxPort {
  return { name, type: 'float', shape }
}

/** z [outputs, batch] → g [outputs, batch] */
function gradient(shape: LoopShape): OnnxNode[] {
  if (isPair(shape)) {
    return [
      node('Sigmoid', ['z'], 'scores'),
      node('Sub', ['scores', 'truthOfBatch'], 'errors'),
      node('Mul', ['errors', 'shares'], 'g'),
    ]
  }
  return [
    node('Gather', ['truth', 'chosen'], 'truthByRow', { axis: 0 }),
    node('Transpose', ['truthByRow'], 'truthOfBatch', { perm: [1, 0] }), // [categories, batch]
    node('Reshape', ['z', 'byHead'], 'zByHead'), // [heads, categories, batch]
    // Softmax, by hand: the runtime's own works along the last axis only, and transposes for another.
    node('ReduceMax', ['zByHead', 'second'], 'largest', { keepdims: 1 }),
    node('Sub', ['zByHead', 'largest'], 'zShifted'),
    node('Exp', ['zShifted'], 'powers'),
    node('ReduceSum', ['powers', 'second'], 'sums', { keepdims: 1 }),
    node('Div', ['powers', 'sums'], 'scores'),
    node('Sub', ['scores', 'truthOfBatch'], 'errors'),
    node('Unsqueeze', ['shares', 'second'], 'sharesByHead'), // [heads, 1, batch]
    node('Mul', ['errors', 'sharesByHead'], 'gByHead'),
    node('Reshape', ['gByHead', 'flat'], 'g'),
  ]
}

/** What each step's rows count for each head, of all steps: rate · active / (active rows in the batch), [steps, heads, batch]. */
function sharesOfSteps(): OnnxNode[] {
  return [
    node('Gather', ['active', 'batches'], 'activeByRow', { axis: 0 }), // [steps, batch, heads]
    node('Transpose', ['activeByRow'], 'activeOfSteps', { perm: [0, 2, 1] }),
    node('ReduceSum', ['activeOfSteps', 'last'], 'actives', { keepdims: 1 }), // [steps, heads, 1]
    node('Max', ['actives', 'one'], 'divisors'), // a head without a row in the batch stands still
    node('Div', ['rate', 'divisors'], 'rates'),
    node('Mul', ['activeOfSteps', 'rates'], 'sharesOfSteps'),
  ]
}

interface Step {
  readonly step: readonly OnnxNode[]
  /** Before and after it. */
  readonly states: readonly OnnxPort[]
  readonly next: readonly OnnxPort[]
  /** A value of each step that all together are an output. */
  readonly collected?: { readonly each: OnnxPort; readonly all: OnnxPort } | undefined
}

/** All steps: the states' first values are inputs and their last ones outputs, under their names with 0 and 1. */
function scanModel(shape: LoopShape, { step, states, next, collected }: Step, inputs: readonly OnnxPort[]): Uint8Array {
  const { heads, categories, learningRate } = shape
  const numbered = (number: number) => states.map(state => ({ ...state, name: `${state.name}${number}` }))
  const names = (values: readonly OnnxPort[]) => values.map(value => value.name)
  const slices: readonly [whole: string, slice: OnnxPort][] = [
    ['batches', { name: 'chosen', type: 'int32', shape: ['batch'] }],
    ['sharesOfSteps', float('shares', [heads, 'batch'])],
    ...(isPair(shape) ? [['truthOfSteps', float('truthOfBatch', ['batch'])] as [string, OnnxPort]] : []),
  ]
  const body: OnnxGraph = {
    inputs: [...states, ...slices.map(([, slice]) => slice)],
    outputs: [...next, ...(collected ? [collected.each] : [])],
    tensors: [],
    nodes: step,
  }
  const results = [...numbered(1), ...(collected ? [collected.all] : [])]
  const scanned = [...names(numbered(0)), ...slices.map(([whole]) => whole)]
  return encodeModel({
    metadata: {},
    inputs: [
      ...inputs,
      float('truth', isPair(shape) ? ['rows'] : ['rows', categories]),
      float('active', ['rows', heads]),
      { name: 'batches', type: 'int32', shape: ['steps', 'batch'] },
      ...numbered(0),
    ],
    outputs: results,
    tensors: [
      intConstant('byHead', [heads, categories, -1]),
      intConstant('flat', [heads * categories, -1]),
      intConstant('second', [1]),
      intConstant('last', [2]),
      floatConstant('one', [], [1]),
      floatConstant('rate', [], [isPair(shape) ? 2 * learningRate : learningRate]),
      floatConstant('keep', [], [kept(shape)]),
      floatConstant('biasSquare', [], [shape.biasSquare ?? 1]),
    ],
    nodes: [
      ...sharesOfSteps(),
      ...(isPair(shape) ? [node('Gather', ['truth', 'batches'], 'truthOfSteps', { axis: 0 })] : []),
      node('Scan', scanned, names(results), { body: { graph: body }, num_scan_inputs: slices.length }),
    ],
  })
}
