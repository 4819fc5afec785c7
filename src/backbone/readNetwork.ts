import { FEATURES, outputShapes } from '../compile/compile.ts'
import { UserError } from '../errors.ts'
import { type NetworkFile, readNetworkFile } from '../formats/file.ts'
import { guarded } from '../formats/limits.ts'
import { inspectOnnx } from '../formats/onnx/inspect.ts'
import { parseOnnx } from '../formats/onnx/parse.ts'
import { DATA_TYPE } from '../formats/onnx/schema.ts'
import { findOnnxTaps, type OnnxTap } from '../formats/onnx/taps.ts'
import { checkWork } from '../formats/onnx/work.ts'
import { findBottleneck } from '../graph/cut/bottleneck.ts'
import { cutGraph } from '../graph/cut/cut.ts'
import { decodingHead, scalesItself } from '../graph/cut/decodingHead.ts'
import { findInput } from '../graph/cut/input.ts'
import { ownRange } from '../graph/cut/ownRange.ts'
import { type Graph, nodesByName, shapeAttr } from '../graph/graph.ts'
import { simplify } from '../graph/simplify/simplify.ts'
import { LARGEST_SIDE } from '../image/recipe.ts'
import type { Layers } from './backbone.ts'
import { withInnerLayers } from './innerLayers.ts'

export interface NetworkOptions {
  /** The node to feed and the node that gives the features, where the network's structure does not tell. */
  readonly input?: string | undefined
  readonly bottleneck?: string | undefined
  /** Side of the input in pixels, where it is not to be the network's own: a bottleneck before the pooling grows with it. */
  readonly inputSize?: number | undefined
  /** Which features the bottleneck is made of; the last ones unless given. */
  readonly layers?: Layers | undefined
}

/** What a network says itself about the recipe; the rest is for whoever trained it to know. */
export interface RecipeHints {
  /** Side of the input in pixels. */
  readonly size?: number
  /** The network sees (x - mean) / scale. 0 and 1 where it takes 0..255 and scales by itself. */
  readonly mean?: number
  readonly scale?: number
}

/** A network read, cut and ready for `compileOnnx` (a graph) or `wrapOnnx` (an ONNX model). */
export type ReadNetwork = NetworkFile & {
  readonly input: string
  readonly bottleneck: string
  /** The node or tensor of the last features: the bottleneck, but for inner layers that are built into it. */
  readonly last: string
  /** Length of one bottleneck, inner layers included; undefined where an ONNX model does not tell before it runs. */
  readonly features: number | undefined
  /** Lengths of the inner layers, where they are asked for. */
  readonly inner: readonly number[] | undefined
  /** An ONNX model's tensors that the inner layers are read from; a graph has them built in. */
  readonly taps?: readonly OnnxTap[] | undefined
  readonly hints: RecipeHints
}

/** For networks that do not tell theirs. */
const USUAL_SIZE = 224

/**
 * Reads a network of any format, finds its input and its global pooling, cuts it there and simplifies it.
 *
 * @throws UserError as `readNetworkFile`, `findInput`, `findBottleneck` and `cutGraph` do
 */
export async function readNetwork(file: string, options: NetworkOptions = {}): Promise<ReadNetwork> {
  const read = await readNetworkFile(file)
  return guarded(() =>
    read.format === 'onnx' ? describeOnnx(read.bytes, options) : describeGraph(read.graph, options),
  )
}

function describeGraph(graph: Graph, options: NetworkOptions): ReadNetwork {
  const input = options.input ?? findInput(graph)
  const bottleneck = options.bottleneck ?? findBottleneck(graph, input)
  const cut = simplify(cutGraph(graph, { input, outputs: [bottleneck], bottleneck }), [bottleneck])
  const own = recipeHints(graph, input)
  // Simplified, its scaling is plain: what is computed from constants is one.
  const hints =
    own.mean !== undefined && decodingHead(graph)?.input === input ? own : { ...own, ...rangeHints(cut, input) }
  const recipe = {
    size: checkedSide(options.inputSize ?? hints.size ?? USUAL_SIZE),
    mean: [0, 0, 0],
    scale: [1, 1, 1],
  } as const
  const features = outputShapes(cut, { input, bottleneck, recipe, isCut: true })[FEATURES]?.[1]
  if (options.layers !== 'many' || features === undefined) {
    return { format: 'graph', graph: cut, input, bottleneck, last: bottleneck, features, inner: undefined, hints }
  }
  const layered = withInnerLayers(cut, { input, bottleneck }, features, recipe)
  return { format: 'graph', ...layered, input, last: bottleneck, features: features + total(layered.inner), hints }
}

/** @throws UserError E_BAD_GRAPH for an input that no picture should be enlarged to */
export function checkedSide(size: number): number {
  if (size <= LARGEST_SIDE) return size
  throw new UserError(
    'E_BAD_GRAPH',
    `The network takes pictures of ${size} pixels a side; the limit is ${LARGEST_SIDE}.`,
    {
      hint: 'If it takes another size, train with that: itc train --backbone FILE --input-size PIXELS.',
    },
  )
}

function total(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0)
}

function rangeHints(graph: Graph, input: string): RecipeHints {
  const range = ownRange(graph, input)
  return range === undefined ? {} : { mean: 0, scale: range === '0 to 1' ? 255 : 1 }
}

/** Taken from the graph's own beginning: its decoding and scaling nodes, or its placeholder's shape. */
export function recipeHints(graph: Graph, input: string): RecipeHints {
  const head = decodingHead(graph)
  if (head?.input === input) {
    const { size, mean, scale } = head
    return { ...(size === undefined ? {} : { size }), mean, scale }
  }
  const node = nodesByName(graph).get(input)
  // [n, height, width, 3] or [n, 3, height, width]
  const side = node && shapeAttr(node)?.[2]
  const size = side !== undefined && side > 3 ? { size: side } : {}
  return scalesItself(graph, input) ? { ...size, mean: 0, scale: 1 } : size
}

function describeOnnx(bytes: Uint8Array, { input, bottleneck, layers, inputSize }: NetworkOptions): ReadNetwork {
  const names = { ...(input === undefined ? {} : { input }), ...(bottleneck === undefined ? {} : { bottleneck }) }
  const model = parseOnnx(bytes)
  const found = inspectOnnx(model, names)
  const side = checkedSide(inputSize ?? found.size ?? USUAL_SIZE)
  checkWork(model, found.input.name, found.channelsFirst ? [1, 3, side, side] : [1, side, side, 3], found.bottleneck)
  const { features } = found
  const taps = layers === 'many' ? findOnnxTaps(model, found) : undefined
  const inner = taps?.map(({ channels }) => channels)
  const size = found.size === undefined ? {} : { size: found.size }
  const hints = found.input.type === DATA_TYPE.uint8 ? { ...size, mean: 0, scale: 1 } : size
  return {
    format: 'onnx',
    bytes,
    input: found.input.name,
    bottleneck: found.bottleneck,
    last: found.bottleneck,
    features: features === undefined ? undefined : features + total(inner ?? []),
    inner,
    taps,
    hints,
  }
}
