import type { Graph } from '../graph/graph.ts'
import type { Recipe } from '../image/recipe.ts'

/** A pretrained network cut at its global average pool, with the recipe that prepares its input. */
export interface Backbone {
  /** The catalog's name, or the file's name for a graph that the user brought. */
  readonly name: string
  /** Of the weights as stored or downloaded: the cache's identity of this network; what is no sha256 tells it from no other. */
  readonly sha256: string
  readonly recipe: Recipe
  /** Length of one bottleneck: the last features, and behind them the inner layers. */
  readonly features: number
  /** Lengths of the inner layers that are read beside the last features; none unless given. */
  readonly inner?: readonly number[] | undefined
  /** Of a network that the user brought: what was found in it, and what was assumed. */
  readonly found?: Found
  /** True where the network is stored as ONNX bytes: there is nothing to compile, and no compiled form to look for. */
  readonly isCompiled?: boolean
  /** sha256 of those bytes, hex, where they were held against it. */
  readonly checksum?: string | undefined
  /** Reads the weights, once. A run whose bottlenecks are all cached never needs them, so nothing else here does either. */
  loadNetwork(): Promise<Network>
}

/** Whether a network is told from all others, so that what is known of it can be kept. */
export function isIdentified({ sha256 }: Pick<Backbone, 'sha256'>): boolean {
  return /^[0-9a-f]{64}$/.test(sha256)
}

/** Which features a bottleneck is made of: the pooled last ones, or with them the standard deviations of inner blocks. */
export const LAYERS = ['many', 'last'] as const
export type Layers = (typeof LAYERS)[number]

/** Lengths of a bottleneck's blocks: the last features, then each inner layer. */
export function blocksOf({ features, inner = [] }: Pick<Backbone, 'features' | 'inner'>): number[] {
  return [features - inner.reduce((sum, length) => sum + length, 0), ...inner]
}

/** What was found of a network that the user brought, and what it does not tell: there, what most networks have is assumed. */
export interface Found {
  readonly input: string
  readonly bottleneck: string
  readonly assumesSize: boolean
  readonly assumesScaling: boolean
}

export type Network = GraphNetwork | OnnxNetwork

/** A TensorFlow graph: `input` takes float32 [n, size, size, 3], `bottleneck` gives [n, features] (or [n, 1, 1, features]). */
export interface GraphNetwork {
  readonly format: 'graph'
  readonly graph: Graph
  /** The graph begins at `input`, ends at `bottleneck` and is simplified: the compiler need not do that again. */
  readonly isCut?: boolean
  readonly input: string
  readonly bottleneck: string
}

/** A compiled network: one input of uint8 [n, size, size, 3], one output float32 [n, features]. */
interface OnnxNetwork {
  readonly format: 'onnx'
  readonly bytes: Uint8Array
}
