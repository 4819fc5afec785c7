import { UserError } from '../errors.ts'
import { parseOnnx } from '../formats/onnx/parse.ts'
import { MODEL } from '../formats/onnx/schema.ts'
import { delimited, encodePorts } from '../formats/onnx/wire.ts'

/** An ONNX model that gives its feature map too. */
export interface MappedModel {
  readonly bytes: Uint8Array
  /** Name of the output that is the feature map. */
  readonly map: string
}

/** What may lie between the pooling and the output without changing a number. */
const SHAPING = new Set(['Identity', 'Flatten', 'Squeeze', 'Reshape'])
const AVERAGING = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean'])

/**
 * Makes the input of a model's global average pooling an output of it, second to the bottlenecks. The pooling is found
 * by structure, from the first output backwards. Nothing is compiled again and no weight is moved: a message that follows
 * another of its kind is merged into it, list after list (protobuf's encoding guide), so the output is put behind.
 *
 * @throws UserError `E_NO_POOLING` where the first output is no average over a feature map
 */
export function withFeatureMap(bytes: Uint8Array): MappedModel {
  const { nodes, outputs } = parseOnnx(bytes)
  const producers = new Map(nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  let node = producers.get(outputs[0]?.name ?? '')
  while (node && SHAPING.has(node.op)) node = producers.get(node.inputs[0] ?? '')
  const map = node && AVERAGING.has(node.op) ? node.inputs[0] : undefined
  if (map === undefined) {
    throw new UserError('E_NO_POOLING', 'The bottleneck of this model is not the average of a feature map.', {
      hint: 'Only such a model tells where in a picture it saw what. Train with another --backbone or --bottleneck.',
    })
  }
  const output = encodePorts([], [{ name: map, type: 'float', shape: ['n', 'a', 'b', 'c'] }])
  return { bytes: Buffer.concat([bytes, ...delimited(MODEL.graph, [output])]), map }
}
