import { withoutFakeQuant } from '../../graph/fakeQuant.ts'
import { constantOf, type Graph, type GraphNode, numberAttr, shapeAttr } from '../../graph/graph.ts'
import { SMALL } from '../../graph/half.ts'
import { bytesOfArray, DTYPE_CODES, floatsOf, floatsToHalves, numbersOf, type Tensor } from '../../graph/tensor.ts'
import { terminals } from '../../graph/traverse.ts'
import { attrToJson, type JsonAttr, shapeToJson, typeName } from './json.ts'
import type { WeightSpec } from './weights.ts'

export interface TfjsOptions {
  /** Stores tensors of more than 1,024 numbers as float16: half the size. */
  readonly float16?: boolean
  /** The outputs that the signature names; by default the nodes that nothing else uses. */
  readonly outputs?: readonly string[]
  /** Kept in model.json for whoever loads it: labels, recipe. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What `tf.loadGraphModel` takes from an IOHandler: fields as TF.js' ModelArtifacts names them. */
export interface TfjsArtifacts {
  readonly format: 'graph-model'
  readonly generatedBy: string
  readonly signature: object
  readonly modelTopology: object
  readonly weightSpecs: readonly WeightSpec[]
  readonly weightData: Uint8Array
  readonly userDefinedMetadata?: object
}

const SHARD_BYTES = 4 * 1024 * 1024

/** A graph as a TF.js graph model in memory. */
export function tfjsArtifacts(original: Graph, options: TfjsOptions = {}): TfjsArtifacts {
  const graph = withoutFakeQuant(original)
  const weightSpecs: WeightSpec[] = []
  const parts: Uint8Array[] = []
  for (const node of graph.nodes) {
    const value = constantOf(node)
    if (value === undefined) continue
    const [spec, bytes] = encode(node.name, value, options.float16 === true)
    weightSpecs.push(spec)
    parts.push(bytes)
  }
  return {
    format: 'graph-model',
    generatedBy: 'itc',
    signature: signature(graph, options.outputs ?? terminals(graph)),
    modelTopology: { node: graph.nodes.map(nodeToJson), versions: { producer: graph.producer ?? 0 } },
    weightSpecs,
    weightData: Buffer.concat(parts),
    ...(options.metadata === undefined ? {} : { userDefinedMetadata: options.metadata }),
  }
}

/**
 * A graph as a TF.js graph model: file names and contents, `model.json` and shards of at most 4 MB.
 * Loadable by `tf.loadGraphModel` in a browser and in Node.
 */
export function writeTfjsModel(graph: Graph, options: TfjsOptions = {}): Record<string, Uint8Array> {
  const { weightSpecs, weightData, ...model } = tfjsArtifacts(graph, options)
  const count = Math.max(1, Math.ceil(weightData.length / SHARD_BYTES))
  const files: Record<string, Uint8Array> = {}
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`)
  for (const [i, name] of paths.entries()) files[name] = weightData.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES)
  const json = { ...model, weightsManifest: [{ paths, weights: weightSpecs }] }
  return { 'model.json': Buffer.from(JSON.stringify(json)), ...files }
}

/** TF.js has three element types (and strings): numbers become float32 or int32. */
function encode(name: string, tensor: Tensor, float16: boolean): [WeightSpec, Uint8Array] {
  const shape = [...tensor.shape]
  if (tensor.dtype === 'string') return [{ name, shape, dtype: 'string' }, stringBytes(tensor.data)]
  if (tensor.dtype === 'bool') return [{ name, shape, dtype: 'bool' }, bytesOfArray(tensor.data)]
  if (tfjsType(tensor) === 'int32') {
    const data = tensor.dtype === 'int32' ? tensor.data : Int32Array.from(numbersOf(tensor))
    return [{ name, shape, dtype: 'int32' }, bytesOfArray(data)]
  }
  const floats = floatsOf(tensor)
  if (!float16 || floats.length <= SMALL) return [{ name, shape, dtype: 'float32' }, bytesOfArray(floats)]
  const quantization = { dtype: 'float16', original_dtype: 'float32' }
  return [{ name, shape, dtype: 'float32', quantization }, bytesOfArray(floatsToHalves(floats))]
}

function tfjsType(tensor: Tensor): 'string' | 'bool' | 'float32' | 'int32' {
  if (tensor.dtype === 'string' || tensor.dtype === 'bool') return tensor.dtype
  return tensor.dtype.includes('float') ? 'float32' : 'int32'
}

function stringBytes(strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(strings.flatMap(value => [Buffer.from(Uint32Array.of(value.length).buffer), value]))
}

function nodeToJson(node: GraphNode): object {
  const value = constantOf(node)
  const attr: Record<string, JsonAttr> = {}
  for (const key of Object.keys(node.attrs).sort()) {
    const json = attrToJson(node.attrs[key]!)
    if (json !== undefined) attr[key] = json
  }
  if (value !== undefined) {
    // The value itself is in the weight files; TF.js looks it up by the node's name.
    const dtype = typeName(DTYPE_CODES[tfjsType(value)])
    Object.assign(attr, { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: shapeToJson(value.shape) } } })
  }
  return { name: node.name, op: node.op, ...(node.inputs.length > 0 ? { input: node.inputs } : {}), attr }
}

function signature(graph: Graph, outputs: readonly string[]): object {
  const placeholders = graph.nodes.filter(node => node.op === 'Placeholder')
  const inputs = placeholders.map(node => [
    node.name,
    {
      name: `${node.name}:0`,
      dtype: typeName(numberAttr(node, 'dtype', 1)),
      tensorShape: shapeToJson(shapeAttr(node)),
    },
  ])
  const named = outputs.map(name => [
    name,
    { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } },
  ])
  return { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(named) }
}
