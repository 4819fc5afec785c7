import { UserError } from '../../errors.ts'
import { type Attr, dtypeAttr, type Graph, type GraphNode } from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { damaged, notGraph } from '../limits.ts'
import { attrOfJson, type JsonAttr } from './json.ts'
import { graphOfLayers, layersIn } from './layers/model.ts'
import { readShard } from './shards.ts'
import { readWeights, type WeightSpec } from './weights.ts'

interface ModelJson {
  format?: string
  modelTopology?: { node?: JsonNode[]; versions?: { producer?: number; minConsumer?: number } }
  weightsManifest?: { paths?: string[]; weights?: WeightSpec[] }[]
}

interface JsonNode {
  name?: unknown
  op?: unknown
  input?: unknown[]
  attr?: Record<string, JsonAttr>
}

/**
 * Reads a TF.js model, of a graph or of layers. Weights may be float32 or int32, or quantised to float16, uint8 or uint16; they come back as
 * float32.
 *
 * @param load reads a shard by its path relative to model.json
 * @throws UserError E_NOT_A_GRAPH for another kind of model, E_BAD_GRAPH for a damaged one
 */
export async function parseTfjsModel(json: string, load: (shard: string) => Promise<Uint8Array>): Promise<Graph> {
  const model = parse(json)
  const nodes = model.modelTopology?.node
  const layers = layersIn(model.modelTopology)
  if (layers === undefined && (!Array.isArray(nodes) || nodes.length === 0)) {
    throw notGraph('model.json is of another kind')
  }
  try {
    const weights = new Map<string, Tensor>()
    for (const group of model.weightsManifest ?? []) {
      const shards = await Promise.all((group.paths ?? []).map(shard => readShard(load, String(shard))))
      for (const [name, tensor] of readWeights(group.weights ?? [], Buffer.concat(shards))) weights.set(name, tensor)
    }
    if (layers !== undefined) return graphOfLayers(layers, weights)
    const { producer = 0, minConsumer = 0 } = model.modelTopology?.versions ?? {}
    return { nodes: nodes!.map(node => nodeOfJson(node, weights)), producer, minConsumer }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw damaged('model.json does not have the form of one', error)
  }
}

function parse(text: string): ModelJson {
  try {
    return (JSON.parse(text) ?? {}) as ModelJson
  } catch (cause) {
    throw notGraph('model.json is not JSON', cause)
  }
}

function nodeOfJson(json: JsonNode, weights: ReadonlyMap<string, Tensor>): GraphNode {
  const { name, op } = json
  if (typeof name !== 'string' || typeof op !== 'string') throw notGraph('one of its nodes has no name or no op')
  const attrs = Object.create(null) as Record<string, Attr>
  for (const [key, value] of Object.entries(json.attr ?? {})) {
    const attr = key === '_output_shapes' || key === '_class' ? undefined : attrOfJson(value)
    if (attr !== undefined) attrs[key] = attr
  }
  if (op === 'Const') {
    const value = weights.get(name)
    if (value === undefined) throw damaged(`the constant "${name}" has no weights`)
    attrs.dtype = dtypeAttr(value.dtype)
    attrs.value = { kind: 'tensor', value }
  }
  return { name, op, inputs: (json.input ?? []).map(String), attrs }
}
