import { UserError } from '../errors.ts'
import { parseOnnx } from '../formats/onnx/parse.ts'
import { DATA_TYPE, MODEL } from '../formats/onnx/schema.ts'
import { delimited, encodeNodes, encodePorts } from '../formats/onnx/wire.ts'

/** An ONNX model that gives its feature map too. */
export interface MappedModel {
  readonly bytes: Uint8Array
  /** Name of the output that is the feature map. */
  readonly map: string
}

/** What may lie between the pooling and the output without changing a number. */
const SHAPING = new Set(['Identity', 'Flatten', 'Squeeze', 'Reshape', 'Cast'])
const AVERAGING = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean'])

/**
 * Makes the input of a model's global average pooling an output of it, second to the bottlenecks. The pooling is found
 * by structure, from the first output backwards. Nothing is compiled again and no weight is moved: a message that follows
 * another of its kind is merged into it, list after list (protobuf's encoding guide), so the output is put behind.
 *
 * @throws UserError `E_NO_POOLING` where the first output is no average over a feature map
 */
export function withFeatureMap(bytes: Uint8Array): MappedModel {
  const { producers, outputs } = parseOnnx(bytes)
  let node = producers.get(outputs[0]?.name ?? '')
  let isCast = false
  while (node && SHAPING.has(node.op)) {
    isCast ||= node.op === 'Cast' // the network computes with float16
    node = producers.get(node.inputs[0] ?? '')
  }
  const map = node && AVERAGING.has(node.op) ? node.inputs[0] : undefined
  if (map === undefined) {
    throw new UserError('E_NO_POOLING', 'The bottleneck of this model is not the average of a feature map.', {
      hint: 'Only such a model tells where in a picture it saw what. Train with another --backbone or --bottleneck.',
    })
  }
  const shown = isCast ? 'itc/map' : map
  const cast = { op: 'Cast', name: shown, inputs: [map], outputs: [shown], attrs: { to: DATA_TYPE.float } }
  const output = encodePorts([], [{ name: shown, type: 'float', shape: ['n', 'a', 'b', 'c'] }])
  return {
    bytes: Buffer.concat([bytes, ...delimited(MODEL.graph, [encodeNodes(isCast ? [cast] : []), output])]),
    map: shown,
  }
}
