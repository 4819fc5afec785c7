import { type Attr, dtypeAttr, type Graph, type GraphNode } from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { anyObject, fits, looseObject, problemWith } from '../../schema.ts'
import { printable } from '../../text.ts'
import { damaged, notGraph } from '../limits.ts'
import { modelSchema } from './form.ts'
import { attrOfJson, type JsonAttr } from './json.ts'
import { graphOfLayers, layersIn } from './layers/model.ts'
import { readShard } from './shards.ts'
import { readWeights, type WeightSpec } from './weights.ts'

/** As the schema lets it through. */
interface ModelJson {
  readonly modelTopology: {
    readonly node?: readonly JsonNode[]
    readonly versions?: { readonly producer?: number; readonly minConsumer?: number }
  }
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightSpec[] }[]
}

interface JsonNode {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr?: Readonly<Record<string, JsonAttr>>
}

/**
 * Reads a TF.js model, of a graph or of layers. Weights may be float32 or int32, or quantised to float16, uint8 or uint16; they come back as
 * float32.
 *
 * @param load reads a shard by its path relative to model.json
 * @throws UserError E_NOT_A_GRAPH for another kind of model, E_BAD_GRAPH for a damaged one
 */
export async function parseTfjsModel(json: string, load: (shard: string) => Promise<Uint8Array>): Promise<Graph> {
  const { modelTopology, weightsManifest = [] } = parse(json)
  const { node: nodes = [], versions: { producer = 0, minConsumer = 0 } = {} } = modelTopology
  const layers = layersIn(modelTopology)
  if (layers === undefined && nodes.length === 0) throw notGraph('model.json is of another kind')
  const weights = new Map<string, Tensor>()
  for (const group of weightsManifest) {
    const shards = await Promise.all(group.paths.map(shard => readShard(load, shard)))
    for (const [name, tensor] of readWeights(group.weights, Buffer.concat(shards))) weights.set(name, tensor)
  }
  if (layers !== undefined) return graphOfLayers(layers, weights)
  return { nodes: nodes.map(node => nodeOfJson(node, weights)), producer, minConsumer }
}

function parse(text: string): ModelJson {
  let model: unknown
  try {
    model = JSON.parse(text)
  } catch (cause) {
    throw notGraph('model.json is not JSON', cause)
  }
  if (!fits(ofAModel, model)) throw notGraph('model.json is of another kind')
  const problem = problemWith(modelSchema, model)
  if (problem) throw damaged(`model.json does not have the form of one, for ${printable(problem)}`)
  return model as ModelJson
}

const ofAModel = looseObject({ modelTopology: anyObject })

function nodeOfJson(
  { name, op, input = [], attr: given = {} }: JsonNode,
  weights: ReadonlyMap<string, Tensor>,
): GraphNode {
  const attrs = Object.create(null) as Record<string, Attr>
  for (const [key, value] of Object.entries(given)) {
    const attr = key === '_output_shapes' || key === '_class' ? undefined : attrOfJson(value)
    if (attr !== undefined) attrs[key] = attr
  }
  if (op === 'Const') {
    const value = weights.get(name)
    if (value === undefined) throw damaged(`the constant "${name}" has no weights`)
    attrs.dtype = dtypeAttr(value.dtype)
    attrs.value = { kind: 'tensor', value }
  }
  return { name, op, inputs: input, attrs }
}
