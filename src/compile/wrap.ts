import { inspectOnnx } from '../formats/onnx/inspect.ts'
import { type ForeignModel, type ForeignNode, parseOnnx } from '../formats/onnx/parse.ts'
import { renamed } from '../formats/onnx/rename.ts'
import { GRAPH, MODEL, NODE } from '../formats/onnx/schema.ts'
import type { OnnxTap } from '../formats/onnx/taps.ts'
import { delimited, encodeGraphName, encodeNodes, encodePorts, encodeTensor } from '../formats/onnx/wire.ts'
import type { Recipe } from '../image/recipe.ts'
import { FEATURES, PIXELS } from './compile.ts'
import { FLAT, fixesBatch, oneByOne, PICTURE } from './oneByOne.ts'
import { freed, preparation, tail } from './wrapParts.ts'

export interface WrapOptions {
  /** The input tensor, where there are several. */
  readonly input?: string
  /** The node or tensor that gives the features, where no global pooling is found. */
  readonly bottleneck?: string
  /** Maps, [n, channels, height, width], whose channels' standard deviations go behind the features. */
  readonly taps?: readonly OnnxTap[]
}

/**
 * Gives somebody's ONNX model the form that compiled networks have: one input `pixels`, uint8 [n, size, size, 3], scaled
 * inside as the recipe says; one output `features`, float32 [n, features]. What lies behind the features is left out.
 * The model's own input may be float32, float16 or uint8, NCHW or NHWC; one of uint8 is taken to scale by itself. A model
 * that was made for one picture at a time goes through the pictures in turn.
 *
 * @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH, E_INPUTS, E_NO_INPUT, E_NO_POOLING, E_NO_NODE
 */
export function wrapOnnx(
  bytes: Uint8Array,
  recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>,
  options: WrapOptions = {},
): Uint8Array {
  const model = parseOnnx(bytes)
  const found = inspectOnnx(model, options)
  const kept = neededNodes(model, found.bottleneck)
  const used = new Set(kept.flatMap(node => node.inputs))
  const isNested = kept.some(node => node.isNested)
  const isUsed = (name: string): boolean => isNested || used.has(name)
  const single = found.input.shape[0] === 1 && kept.some(node => fixesBatch(node, model))
  const { size } = recipe
  const start = single ? PICTURE : PIXELS
  const before = preparation(found, recipe, start)
  const { taps = [] } = options
  const behind = tail(found, taps, single ? FLAT : FEATURES)
  const nodes = [
    encodeNodes(before.nodes),
    ...kept.flatMap(node => delimited(GRAPH.node, [withFreedNames(node)])),
    encodeNodes(behind.nodes),
  ]
  const looped = single ? oneByOne(nodes, size) : { nodes, tensors: [] }
  const tensors = [...before.tensors, ...behind.tensors, ...looped.tensors]
  const weights = [...model.tensors.values()].filter(tensor => isUsed(tensor.name))
  // Models of 2018 list their weights among the inputs, and must.
  const listed = model.inputs.filter(port => model.tensors.has(port.name) && isUsed(port.name))
  const inner = taps.reduce((sum, { channels }) => sum + channels, 0)
  const features = found.isTokens || found.features === undefined ? 'features' : found.features + inner
  const graph = [
    ...looped.nodes,
    encodeGraphName(),
    ...tensors.flatMap(encodeTensor),
    ...weights.flatMap(tensor => delimited(GRAPH.initializer, [tensor.bytes])),
    encodePorts([{ name: PIXELS, type: 'uint8', shape: ['n', size, size, 3] }], []),
    ...listed.flatMap(port => delimited(GRAPH.input, [port.bytes])),
    encodePorts([], [{ name: FEATURES, type: 'float', shape: ['n', features] }]),
  ]
  return Buffer.concat([...model.around, ...delimited(MODEL.graph, graph)])
}

/** The node with its inputs and outputs under their freed names. */
function withFreedNames({ inputs, outputs, bytes }: ForeignNode): Uint8Array {
  if ([...inputs, ...outputs].every(name => freed(name) === name)) return bytes
  return renamed(bytes, [NODE.input, NODE.output], freed)
}

/** The nodes that a tensor needs, in their order. A node with a graph inside may need any other, so then all are kept. */
function neededNodes(model: ForeignModel, tensor: string): ForeignNode[] {
  if (model.nodes.some(node => node.isNested)) return [...model.nodes]
  const needed = new Set([tensor])
  const kept: ForeignNode[] = []
  // ONNX demands that nodes come after what they use, so one pass from the end finds all.
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some(output => needed.has(output))) continue
    for (const input of node.inputs) needed.add(input)
    kept.push(node)
  }
  return kept.reverse()
}
