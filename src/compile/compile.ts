import { guarded } from '../formats/limits.ts'
import type { Builder } from '../formats/onnx/builder.ts'
import { BATCH, type Value } from '../formats/onnx/value.ts'
import { encodeModel, type OnnxPort } from '../formats/onnx/wire.ts'
import { cutGraph } from '../graph/cut/cut.ts'
import { withoutFakeQuant } from '../graph/fakeQuant.ts'
import type { Graph } from '../graph/graph.ts'
import { simplify } from '../graph/simplify/simplify.ts'
import type { Recipe } from '../image/recipe.ts'
import { lower, takesChannelsFirst } from './lower.ts'
import { preprocess } from './preprocess.ts'

/** Names of the compiled model's input and of its bottleneck output. */
export const PIXELS = 'pixels'
export const FEATURES = 'features'

export interface CompileOptions {
  /** The node to feed: it takes float32 [n, size, size, 3]. */
  readonly input: string
  /** The global pooling: output `features`, float32 [n, features]. */
  readonly bottleneck?: string
  /** Further outputs, named as the nodes they are; feature maps come as [n, height, width, channels]. */
  readonly outputs?: readonly string[]
  readonly recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>
  /** The graph is the part between input and outputs already, simplified: neither is done again. */
  readonly isCut?: boolean
  /** Written into the model as metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * Compiles a graph (or the part of it between input and outputs) to ONNX: one input `pixels`, uint8
 * [n, size, size, 3], which the model itself scales as the recipe says; n is free.
 *
 * @throws UserError when the graph lacks the nodes, needs other inputs or has an op that is not known
 */
export function compileOnnx(graph: Graph, options: CompileOptions): Uint8Array {
  const { size } = options.recipe
  return guarded(() => {
    const { builder, ports } = compiled(graph, options)
    return encodeModel({
      nodes: builder.nodes,
      tensors: builder.tensors,
      inputs: [{ name: PIXELS, type: 'uint8', shape: ['n', size, size, 3] }],
      outputs: ports,
      metadata: options.metadata ?? {},
    })
  })
}

/** Sizes of each output that `compileOnnx` would give, without moving any weights; -1 for the batch. */
export function outputShapes(graph: Graph, options: CompileOptions): Record<string, number[]> {
  const { ports } = guarded(() => compiled(graph, options))
  return Object.fromEntries(
    ports.map(port => [port.name, port.shape.map(size => (size === 'n' ? BATCH : Number(size)))]),
  )
}

function compiled(graph: Graph, options: CompileOptions): { builder: Builder; ports: OnnxPort[] } {
  const { input, bottleneck, recipe, isCut = false } = options
  // A node that is called as the bottleneck's output is would give two outputs of one name.
  const named = (options.outputs ?? []).filter(name => bottleneck === undefined || name !== FEATURES)
  const outputs = bottleneck === undefined ? named : [...named, bottleneck]
  const simple = withoutFakeQuant(isCut ? graph : cutAndSimplified(graph, outputs, options))
  const channelsFirst = takesChannelsFirst(simple, input)
  const builder = lower(simple, input, outputs, [PIXELS, FEATURES, ...outputs], building =>
    preprocess(building, recipe, PIXELS, channelsFirst),
  )
  // The bottleneck comes first: an engine that knows of no other output takes that one.
  const ports = bottleneck === undefined ? [] : [publish(builder, FEATURES, flat(builder, bottleneck))]
  for (const name of named) ports.push(publish(builder, name, builder.plain(builder.operand(name))))
  return { builder, ports }
}

function cutAndSimplified(graph: Graph, outputs: readonly string[], { input, bottleneck, recipe }: CompileOptions) {
  const pooling = bottleneck === undefined ? {} : { bottleneck }
  return simplify(cutGraph(graph, { input, outputs, size: recipe.size, ...pooling }), outputs)
}

/** [n, features] of a bottleneck that may be [n, 1, 1, features]. */
function flat(builder: Builder, bottleneck: string): Value {
  const value = builder.plain(builder.operand(bottleneck))
  const features = value.shape.slice(1).reduce((product, size) => product * size, 1)
  const shape = [BATCH, features]
  return builder.emit('Flatten', `${bottleneck}/flat`, [value.name], { axis: 1 }, { shape, layout: 'plain' })
}

/** An Identity gives an output its public name: what it shows may be called otherwise or be shown twice. */
function publish(builder: Builder, name: string, value: Value): OnnxPort {
  builder.nodes.push({ op: 'Identity', name: `output/${name}`, inputs: [value.name], outputs: [name], attrs: {} })
  return { name, type: 'float', shape: value.shape.map(size => (size === BATCH ? 'n' : size)) }
}
