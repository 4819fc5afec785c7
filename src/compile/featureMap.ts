import { UserError } from '../errors.ts'
import { type ForeignModel, type ForeignNode, parseOnnx } from '../formats/onnx/parse.ts'
import { DATA_TYPE, MODEL } from '../formats/onnx/schema.ts'
import { delimited, encodeNodes, encodePorts } from '../formats/onnx/wire.ts'

/** An ONNX model that gives its feature maps too. */
export interface MappedModel {
  readonly bytes: Uint8Array
  /** Name of the output that is the map whose average the last features are. */
  readonly map: string
  /** Names of the outputs whose standard deviations over places the inner layers are, in their order. */
  readonly inner: readonly string[]
}

/** What may lie between the pooling and the output without changing a number. */
const SHAPING = new Set(['Identity', 'Flatten', 'Squeeze', 'Reshape', 'Cast'])
const AVERAGING = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean'])

/**
 * Makes the maps that a model's bottlenecks come from outputs of it, behind the bottlenecks. They are found by structure,
 * from the first output backwards. Nothing is compiled again and no weight is moved: a message that follows another of its
 * kind is merged into it, list after list (protobuf's encoding guide), so the outputs are put behind.
 *
 * @throws UserError `E_NO_POOLING` where the last features are no average over a feature map
 */
export function withFeatureMap(bytes: Uint8Array): MappedModel {
  const model = parseOnnx(bytes)
  const end = shaped(model, model.outputs[0]?.name ?? '')
  const [last, ...roots] = end.node?.op === 'Concat' ? end.node.inputs.map(name => shaped(model, name)) : [end]
  const map = last?.node && AVERAGING.has(last.node.op) ? last.node.inputs[0] : undefined
  const inner = roots.map(({ node }) => spreadMap(model, node))
  if (map === undefined || inner.includes(undefined)) {
    throw new UserError('E_NO_POOLING', 'The bottleneck of this model is not the average of a feature map.', {
      hint: 'Only such a model tells where in a picture it saw what. Train with another --backbone or --bottleneck.',
    })
  }
  const isCast = last?.isCast === true // the network computes with float16
  const shown = isCast ? 'itc/map' : map
  const cast = { op: 'Cast', name: shown, inputs: [map], outputs: [shown], attrs: { to: DATA_TYPE.float } }
  const names = [shown, ...(inner as string[])]
  const outputs = names.map(name => ({ name, type: 'float', shape: ['n', 'a', 'b', 'c'] }) as const)
  return {
    bytes: Buffer.concat([
      bytes,
      ...delimited(MODEL.graph, [encodeNodes(isCast ? [cast] : []), encodePorts([], outputs)]),
    ]),
    map: shown,
    inner: inner as string[],
  }
}

/** The node behind a tensor that is not only of another shape. */
function shaped({ producers }: ForeignModel, tensor: string): { node: ForeignNode | undefined; isCast: boolean } {
  let node = producers.get(tensor)
  let isCast = false
  while (node && SHAPING.has(node.op)) {
    isCast ||= node.op === 'Cast'
    node = producers.get(node.inputs[0] ?? '')
  }
  return { node, isCast }
}

/** The map x of √(mean((x - mean(x))²) + 1e-6), by the node of the root. */
function spreadMap(model: ForeignModel, root: ForeignNode | undefined): string | undefined {
  let node = root
  for (const op of ['Sqrt', 'Add', 'GlobalAveragePool', 'Mul', 'Sub']) {
    if (node?.op !== op) return undefined
    if (op === 'Sub') return node.inputs[0]
    node = shaped(model, node.inputs[0] ?? '').node
  }
  return undefined
}
