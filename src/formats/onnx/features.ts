import { UserError } from '../../errors.ts'
import { OWN } from '../../graph/cut/own.ts'
import { channelsAt, weightsShape } from './channels.ts'
import { type ForeignModel, type ForeignNode, type ForeignPort, intsOf } from './parse.ts'

/** Where a model's features come out. */
export interface Features {
  /** The tensor. */
  readonly tensor: string
  /** It is [n, tokens, length], and the first token stands for the picture, as in ViT and DINOv2. */
  readonly isTokens: boolean
}

/**
 * What a network for pictures knows of a whole picture: its last global pooling; else, as in transformers, what its last
 * dense layer classifies, or its output.
 *
 * @throws UserError E_NO_POOLING, with what could be named instead
 */
export function findFeatures(model: ForeignModel): Features {
  const pooled = globalPooling(model)
  if (pooled !== undefined) return { tensor: pooled, isTokens: false }
  const output = [...model.outputs].sort((x, y) => worth(y) - worth(x))[0]
  if (output !== undefined && worth(output) > 0) {
    if (output.shape.length === 3) return { tensor: output.name, isTokens: true }
    return { tensor: EMBEDDING.test(output.name) ? output.name : classified(model, output.name), isTokens: false }
  }
  throw noFeatures(model)
}

/** The features at a node or tensor that somebody named. @throws UserError E_NO_NODE */
export function featuresAt(model: ForeignModel, name: string): Features {
  const tensor = model.producers.has(name) ? name : model.nodes.find(node => node.name === name)?.outputs[0]
  if (tensor !== undefined) {
    const port = model.outputs.find(output => output.name === tensor)
    return { tensor, isTokens: port?.shape.length === 3 }
  }
  throw new UserError('E_NO_NODE', `The ONNX model has no node "${name}".`, {
    hint: `Some that may give features: ${candidates(model).join(', ')}.`,
  })
}

/** What exporters call outputs that are features already. */
const EMBEDDING = /pool|embed|feature/i

/** How much an output looks like features: [n, length] more than tokens, and by its name most of all. */
function worth({ name, shape }: ForeignPort): number {
  const isFlat = shape.length === 2 || shape.length === 0
  if (!isFlat && shape.length !== 3) return 0
  return (isFlat ? 2 : 1) + (EMBEDDING.test(name) ? 2 : 0)
}

/** What does not change which features an output is made of. */
const PASSING = new Set([
  'Identity',
  'Cast',
  'Softmax',
  'LogSoftmax',
  'Sigmoid',
  'Flatten',
  'QuantizeLinear',
  'DequantizeLinear',
])

/** The input of the dense layer that an output ends with. A layer without bias is part of the features, as CLIP's is. */
function classified(model: ForeignModel, output: string): string {
  let node = model.producers.get(output)
  while (node !== undefined && PASSING.has(node.op)) node = model.producers.get(node.inputs[0] ?? '')
  if (node?.op === 'Gemm' && node.inputs.length > 2 && isDense(model, node)) return node.inputs[0]!
  if (node?.op !== 'Add') return output
  const product = node.inputs.map(input => model.producers.get(input)).find(each => each?.op === 'MatMul')
  return product !== undefined && isDense(model, product) ? product.inputs[0]! : output
}

function isDense(model: ForeignModel, node: ForeignNode): boolean {
  return weightsShape(model, node.inputs[1])?.length === 2
}

/** Of a model that was exported from here: how inner layers are read pools too, behind the last features. */
const DEVIATION = new RegExp(`${OWN}(more/)?deviation_`)

/** The last pooling over all of the picture, after which nothing looks at neighbouring pixels again. */
function globalPooling(model: ForeignModel): string | undefined {
  for (const node of [...model.nodes].reverse()) {
    const [output = ''] = node.outputs
    if (isPooling(node, model) && !DEVIATION.test(output) && !leadsToSpatial(model, node)) return output
  }
  return undefined
}

const GLOBAL = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'QLinearGlobalAveragePool'])

function isPooling(node: ForeignNode, model: ForeignModel): boolean {
  if (GLOBAL.has(node.op)) return true
  if (node.op === 'AveragePool') return Math.max(0, ...(node.ints.get('kernel_shape') ?? [])) > 3
  if (node.op !== 'ReduceMean' && node.op !== 'ReduceMax') return false
  const axes = node.ints.get('axes') ?? intsOf(model, node.inputs[1])
  const sorted = axes
    .map(axis => (axis < 0 ? axis + 4 : axis))
    .sort()
    .join()
  return sorted === '2,3' || sorted === '1,2'
}

const SPATIAL = new Set(['MaxPool', 'AveragePool', 'ConvTranspose', 'Resize', 'Upsample', 'LRN'])
const CONVOLUTIONS = new Set(['Conv', 'QLinearConv', 'ConvInteger'])

function leadsToSpatial(model: ForeignModel, start: ForeignNode): boolean {
  const reached = new Set(start.outputs)
  const from = model.nodes.indexOf(start) + 1
  for (const node of model.nodes.slice(from)) {
    if (!node.inputs.some(input => reached.has(input))) continue
    for (const output of node.outputs) reached.add(output)
    if (SPATIAL.has(node.op)) return true
    const weights = node.inputs[node.op === 'QLinearConv' ? 3 : 1]
    const kernel = node.ints.get('kernel_shape') ?? weightsShape(model, weights)?.slice(2) ?? []
    if (CONVOLUTIONS.has(node.op) && kernel.some(size => size > 1)) return true
  }
  return false
}

const SHOWN = 5
const TELLING = /^(Global\w+|ReduceMean|LayerNormalization|Gemm|MatMul|Flatten)$/

/** Tensors that a person may mean: outputs first, then the last ones of layers that tell of whole pictures. */
function candidates(model: ForeignModel): string[] {
  const telling = model.nodes.filter(node => TELLING.test(node.op)).map(node => node.outputs[0]!)
  const names = [...model.outputs.map(output => output.name), ...telling.reverse()]
  return [...new Set(names)].slice(0, SHOWN).map(name => {
    const length = channelsAt(model, name)
    return length === undefined ? `"${name}"` : `"${name}" (${length})`
  })
}

function noFeatures(model: ForeignModel): UserError {
  const problem = 'The ONNX model has no global pooling, where the features of a whole picture would come out.'
  return new UserError('E_NO_POOLING', problem, {
    hint: `Name the node that gives the features with --bottleneck NODE; some of them: ${candidates(model).join(', ')}.`,
  })
}
