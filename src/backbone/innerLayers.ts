import { outputShapes } from '../compile/compile.ts'
import { chooseBlocks } from '../graph/cut/blocks.ts'
import { findTaps, withTaps } from '../graph/cut/taps.ts'
import type { Graph } from '../graph/graph.ts'
import type { Recipe } from '../image/recipe.ts'

/** A cut graph whose bottleneck has inner layers behind the last features. */
export interface LayeredGraph {
  readonly graph: Graph
  readonly bottleneck: string
  /** Lengths of the inner layers; none where the graph's structure does not show its blocks. */
  readonly inner: readonly number[]
}

/** Reads the inner layers of a cut and simplified graph too. @param features length of its bottleneck */
export function withInnerLayers(
  graph: Graph,
  ends: { readonly input: string; readonly bottleneck: string },
  features: number,
  recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>,
): LayeredGraph {
  const { input, bottleneck } = ends
  const { maps, axes } = findTaps(graph, input, bottleneck)
  if (maps.length === 0) return { graph, bottleneck, inner: [] }
  const shapes = outputShapes(graph, { input, outputs: maps, recipe })
  const channels = axes[0] === 1 ? 3 : 1
  const widths = maps.map(map => (shapes[map]?.length === 4 ? shapes[map][channels]! : 0))
  const chosen = chooseBlocks(widths, features)
  if (chosen.length === 0) return { graph, bottleneck, inner: [] }
  const tapped = withTaps(graph, bottleneck, features, { maps: chosen.map(at => maps[at]!), axes })
  return { graph: tapped.graph, bottleneck: tapped.end, inner: chosen.map(at => widths[at]!) }
}
