import { type ForeignModel, type ForeignNode, intsOf } from '../formats/onnx/parse.ts'
import { encodeGraphName, encodeNodes, encodePorts, type OnnxTensor } from '../formats/onnx/wire.ts'
import { FEATURES, PIXELS } from './compile.ts'

/** Between the loop over pictures and the network: one picture, and its features. */
export const PICTURE = 'itc/picture'
export const FLAT = 'itc/flat'

/** Whether a node makes a batch one picture: it names the batch's size, or puts something to each picture that is one. */
export function fixesBatch({ op, inputs }: ForeignNode, model: ForeignModel): boolean {
  if (op === 'Reshape') return (intsOf(model, inputs[1])[0] ?? 1) > 0
  if (op === 'Concat') return inputs.some(input => (model.tensors.get(input)?.shape.length ?? 0) > 1)
  return op === 'Expand' || op === 'Tile'
}

/**
 * A Scan over the pictures, in whose body the nodes are; weights are seen from outside it.
 *
 * @param body fields of a GraphProto: nodes from PICTURE, uint8 [1, size, size, 3], to FLAT
 * @returns such fields, from `pixels` to `features`, and the tensors that they need
 */
export function oneByOne(body: readonly Uint8Array[], size: number): { nodes: Uint8Array[]; tensors: OnnxTensor[] } {
  const take = { op: 'Reshape', name: 'itc/take', inputs: ['itc/each', 'itc/one'], outputs: [PICTURE], attrs: {} }
  const give = { op: 'Reshape', name: 'itc/give', inputs: [FLAT, 'itc/all'], outputs: ['itc/row'], attrs: {} }
  const graph = Buffer.concat([
    encodeNodes([take]),
    ...body,
    encodeNodes([give]),
    encodeGraphName(),
    encodePorts(
      [{ name: 'itc/each', type: 'uint8', shape: [size, size, 3] }],
      [{ name: 'itc/row', type: 'float', shape: ['features'] }],
    ),
  ])
  const attrs = { num_scan_inputs: 1, body: { encoded: graph } }
  const scan = { op: 'Scan', name: 'itc/pictures', inputs: [PIXELS], outputs: [FEATURES], attrs }
  return { nodes: [encodeNodes([scan])], tensors: [ints('itc/one', [1, size, size, 3]), ints('itc/all', [-1])] }
}

function ints(name: string, values: readonly number[]): OnnxTensor {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  return { name, type: 'int64', shape: [values.length], bytes: () => bytes }
}
