import { inspectOnnx, type OnnxInspection } from '../formats/onnx/inspect.ts'
import { type ForeignModel, type ForeignNode, parseOnnx } from '../formats/onnx/parse.ts'
import { renamed } from '../formats/onnx/rename.ts'
import { DATA_TYPE, GRAPH, MODEL, NODE } from '../formats/onnx/schema.ts'
import {
  delimited,
  encodeGraphName,
  encodeNodes,
  encodePorts,
  encodeTensor,
  type OnnxNode,
  type OnnxTensor,
} from '../formats/onnx/wire.ts'
import type { Recipe } from '../image/recipe.ts'
import { FEATURES, PIXELS } from './compile.ts'

export interface WrapOptions {
  /** The input tensor, where there are several. */
  readonly input?: string
  /** The node or tensor that gives the features, where no global pooling is found. */
  readonly bottleneck?: string
}

/**
 * Gives somebody's ONNX model the form that compiled networks have: one input `pixels`, uint8 [n, size, size, 3], scaled
 * inside as the recipe says; one output `features`, float32 [n, features]. Nodes behind the features are left out.
 * The model's own input may be float32 or uint8, NCHW or NHWC; a model that takes uint8 is assumed to scale it itself.
 *
 * @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH, E_INPUTS, E_NO_INPUT, E_NO_POOLING, E_NO_NODE
 */
export function wrapOnnx(
  bytes: Uint8Array,
  recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>,
  options: WrapOptions = {},
): Uint8Array {
  const model = parseOnnx(bytes)
  const asked = inspectOnnx(model, options)
  const found = {
    ...asked,
    input: { ...asked.input, name: freed(asked.input.name) },
    bottleneck: freed(asked.bottleneck),
  }
  const { nodes, tensors } = head(found, recipe)
  const kept = neededNodes(model, asked.bottleneck)
  const used = new Set(kept.flatMap(node => node.inputs))
  const isNested = kept.some(node => node.isNested)
  const isUsed = (name: string): boolean => isNested || used.has(name)
  const { size } = recipe
  const weights = [...model.tensors.values()].filter(tensor => isUsed(tensor.name))
  // Models of 2018 list their weights among the inputs, and must.
  const listed = model.inputs.filter(port => model.tensors.has(port.name) && isUsed(port.name))
  const features = found.features ?? 'features'
  const graph = [
    encodeNodes(nodes),
    ...kept.flatMap(node => delimited(GRAPH.node, [withFreedNames(node)])),
    encodeNodes([flatten(found.bottleneck)]),
    encodeGraphName(),
    ...tensors.flatMap(encodeTensor),
    ...weights.flatMap(tensor => delimited(GRAPH.initializer, [tensor.bytes])),
    encodePorts([{ name: PIXELS, type: 'uint8', shape: ['n', size, size, 3] }], []),
    ...listed.flatMap(port => delimited(GRAPH.input, [port.bytes])),
    encodePorts([], [{ name: FEATURES, type: 'float', shape: ['n', features] }]),
  ]
  return Buffer.concat([...model.around, ...delimited(MODEL.graph, graph)])
}

/** From `pixels` to the tensor that the model's own input was. */
function head(
  found: OnnxInspection,
  recipe: Pick<Recipe, 'mean' | 'scale'>,
): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
  const { input, channelsFirst } = found
  const steps: { op: string; extra: string[]; attrs: OnnxNode['attrs'] }[] = []
  const tensors: OnnxTensor[] = []
  if (channelsFirst) steps.push({ op: 'Transpose', extra: [], attrs: { perm: [0, 3, 1, 2] } })
  if (input.type !== DATA_TYPE.uint8) {
    const shape = channelsFirst ? [3, 1, 1] : [3]
    const values = {
      'itc/scale': recipe.scale.map(value => 1 / value),
      'itc/shift': recipe.mean.map((value, c) => -value / recipe.scale[c]!),
    }
    for (const [name, floats] of Object.entries(values)) {
      const bytes = new Uint8Array(Float32Array.from(floats).buffer)
      tensors.push({ name, type: 'float', shape, bytes: () => bytes })
    }
    steps.push({ op: 'Cast', extra: [], attrs: { to: DATA_TYPE.float } })
    steps.push({ op: 'Mul', extra: ['itc/scale'], attrs: {} }, { op: 'Add', extra: ['itc/shift'], attrs: {} })
  }
  if (steps.length === 0) steps.push({ op: 'Identity', extra: [], attrs: {} })
  const between = (i: number): string => (i === 0 ? PIXELS : i === steps.length ? input.name : `itc/step${i}`)
  const nodes = steps.map(({ op, extra, attrs }, i) => {
    return { op, name: `itc/${op}`, inputs: [between(i), ...extra], outputs: [between(i + 1)], attrs }
  })
  return { nodes, tensors }
}

function flatten(bottleneck: string): OnnxNode {
  return { op: 'Flatten', name: 'itc/Flatten', inputs: [bottleneck], outputs: [FEATURES], attrs: { axis: 1 } }
}

/** Renames a tensor of the model that has the name of the wrapped model's input or output. */
function freed(name: string): string {
  return name === PIXELS || name === FEATURES ? `itc/inner/${name}` : name
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
