import { type Graph, placeholderNode } from '../../../graph/graph.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { array, fits } from '../../../schema.ts'
import { damaged } from '../../limits.ts'
import { layerSchema } from '../form.ts'
import { GraphOfLayers } from './build.ts'
import { Config, type LayerJson } from './config.ts'
import { LAYERS } from './layer.ts'

/** Models in models: Teachable Machine's are three deep. */
const DEEPEST = 16

/** The model in a `modelTopology`, where it is one of layers; what Keras in Python saved has it one level deeper. */
export function layersIn(topology: unknown): LayerJson | undefined {
  const { model_config: saved, ...own } = (topology ?? {}) as { model_config?: unknown }
  const model = saved ?? own
  return fits<LayerJson>(layerSchema, model) ? model : undefined
}

/**
 * The graph of a Keras model of layers: what each computes when the model only runs.
 * https://github.com/tensorflow/tfjs/tree/master/tfjs-layers
 *
 * @throws UserError E_UNSUPPORTED_OP for a layer that is not known, E_BAD_GRAPH
 */
export function graphOfLayers(model: LayerJson, weights: ReadonlyMap<string, Tensor>): Graph {
  const graph = new GraphOfLayers(weights)
  const shape = inputShapeOf(model, 0)
  const input = graph.add(placeholderNode('input', 'float32', shape ?? [-1, -1, -1, 3]))
  addModel(graph, model, [input], 0)
  return { nodes: graph.nodes }
}

function addModel(graph: GraphOfLayers, layer: LayerJson, inputs: readonly string[], depth: number): string {
  if (depth > DEEPEST) throw damaged('it has models in models without end')
  const config = new Config(layer)
  if (config.kind === 'Sequential') {
    return layersOf(layer).reduce((last, each) => addModel(graph, each, [last], depth + 1), inputs[0]!)
  }
  if (config.kind === 'Model' || config.kind === 'Functional') return addFunctional(graph, layer, inputs, depth)
  const add = LAYERS.get(config.kind)
  if (add === undefined) throw config.unknown(`a ${config.kind}`)
  if (config.text('data_format', 'channels_last') === 'channels_first') throw config.unknown('with channels first')
  return add(graph, config, inputs)
}

function addFunctional(graph: GraphOfLayers, model: LayerJson, inputs: readonly string[], depth: number): string {
  const { input_layers: starts, output_layers: ends } = (model.config ?? {}) as Record<string, unknown>
  const results = new Map<string, string>()
  for (const [at, name] of namesIn(starts).entries()) if (inputs[at] !== undefined) results.set(name, inputs[at])
  for (const layer of layersOf(model)) {
    const name = layer.name ?? new Config(layer).name
    if (results.has(name)) continue
    const calls = layer.inbound_nodes ?? []
    if (calls.length !== 1) throw new Config(layer).unknown(`which is used ${calls.length} times`)
    const given = namesIn(calls[0]).map(from => {
      const result = results.get(from)
      if (result === undefined) throw damaged(`the layer "${name}" comes before "${from}", which it needs`)
      return result
    })
    results.set(name, addModel(graph, layer, given, depth + 1))
  }
  const end = results.get(namesIn(ends)[0] ?? '')
  if (end === undefined) throw damaged('a model in it has no output')
  return end
}

/** The layers' names in [[name, call, output], …], or in one [name, call, output]. */
function namesIn(refs: unknown): string[] {
  if (!Array.isArray(refs)) return []
  if (typeof refs[0] === 'string') return [refs[0]]
  return refs.map(ref => String(Array.isArray(ref) ? ref[0] : ref))
}

function layersOf(model: LayerJson): readonly LayerJson[] {
  const layers = Array.isArray(model.config)
    ? model.config
    : (model.config as { layers?: unknown } | null | undefined)?.layers
  if (!fits<readonly LayerJson[]>(layersSchema, layers))
    throw damaged('a model in it has no layers, or some without the form of one')
  return layers
}

const layersSchema = array(layerSchema)

/** The shape that the first layer was made for. */
function inputShapeOf(layer: LayerJson, depth: number): number[] | undefined {
  const own = new Config(layer).inputShape()
  if (own !== undefined || depth > DEEPEST || !/^(Sequential|Model|Functional)$/.test(layer.class_name)) return own
  const [first] = layersOf(layer)
  return first && inputShapeOf(first, depth + 1)
}
