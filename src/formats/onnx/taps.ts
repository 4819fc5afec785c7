import { blockEnds, chooseBlocks, type Step } from '../../graph/cut/blocks.ts'
import { channelsAt } from './channels.ts'
import type { OnnxInspection } from './inspect.ts'
import type { ForeignModel, ForeignNode } from './parse.ts'

/** A map inside an ONNX model that ends a block: [n, channels, height, width]. */
export interface OnnxTap {
  readonly tensor: string
  readonly channels: number
}

const SHAPING = new Set(['Identity', 'Flatten', 'Squeeze', 'Reshape'])
const POOLING = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean', 'GlobalMaxPool', 'ReduceMax'])
/** The maps of convolutions have their channels first; behind one of these they may not. */
const TURNING = new Set(['Transpose', 'Reshape', 'Flatten'])

/**
 * The maps of a model of somebody else's that are read beside its bottleneck; none where its structure does not show its
 * blocks, where it has graphs inside, or where it computes with other numbers than float32.
 */
export function findOnnxTaps(model: ForeignModel, found: OnnxInspection): OnnxTap[] {
  const { input, bottleneck, features } = found
  const isPlain = !found.isHalf && !found.isTokens && found.quantisation === undefined
  if (!isPlain || features === undefined || model.nodes.some(node => node.isNested)) return []
  const producers = new Map(model.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  let pooling = producers.get(bottleneck)
  while (pooling && SHAPING.has(pooling.op)) pooling = producers.get(pooling.inputs[0] ?? '')
  const map = pooling && POOLING.has(pooling.op) ? producers.get(pooling.inputs[0]!) : undefined
  if (!map) return []
  const nodes = between(model, input.name, map)
  const named = new Map(nodes.flatMap(node => node.outputs.map(output => [output, node.outputs[0]!] as const)))
  const steps = nodes.map(
    (node): Step => ({
      name: node.outputs[0]!,
      inputs: node.inputs.map(name => named.get(name) ?? name),
      kind: kindOf(node, model),
    }),
  )
  const ends = blockEnds([{ name: input.name, inputs: [], kind: 'plain' }, ...steps])
    .filter(end => end !== map.outputs[0])
    .map(end => unturned(end, producers))
  const widths = ends.map(end => (end === undefined ? 0 : (channelsAt(model, end) ?? 0)))
  return chooseBlocks(widths, features).map(at => ({ tensor: ends[at]!, channels: widths[at]! }))
}

/** The nodes that depend on the input and that `last` needs, in their order. */
function between(model: ForeignModel, input: string, last: ForeignNode): ForeignNode[] {
  const reached = new Set([input])
  const after = model.nodes.filter(node => {
    const follows = node.inputs.some(name => reached.has(name))
    if (follows) for (const output of node.outputs) reached.add(output)
    return follows
  })
  const needed = new Set(last.outputs)
  const kept = after.toReversed().filter(node => {
    const isNeeded = node.outputs.some(output => needed.has(output))
    if (isNeeded) for (const name of node.inputs) needed.add(name)
    return isNeeded
  })
  return kept.reverse()
}

function kindOf(node: ForeignNode, model: ForeignModel): Step['kind'] {
  if (node.op === 'ConvTranspose') return 'spatial'
  if (!/^(Conv|ConvInteger|QLinearConv)$/.test(node.op)) return 'plain'
  const kernel = node.ints.get('kernel_shape') ?? model.tensors.get(node.inputs[1] ?? '')?.shape.slice(2)
  return kernel?.every(size => size === 1) ? 'pointwise' : 'spatial'
}

/** The end, before it was turned; undefined where it was turned and then worked on. */
function unturned(end: string, producers: ReadonlyMap<string, ForeignNode>): string | undefined {
  let tensor = end
  while (producers.get(tensor)?.op === 'Transpose') tensor = producers.get(tensor)!.inputs[0]!
  for (let name = tensor; ; ) {
    const node = producers.get(name)
    if (node === undefined || TURNING.has(node.op)) return undefined
    if (/Conv|^Concat$/.test(node.op)) return tensor
    name = node.inputs.find(input => producers.has(input)) ?? ''
  }
}
