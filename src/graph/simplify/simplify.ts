import type { Graph } from '../graph.ts'
import { neededNodes } from '../traverse.ts'
import { foldAffine } from './affine.ts'
import { bypass } from './bypass.ts'
import { foldConstants } from './constants.ts'
import { foldDilation } from './dilation.ts'

/**
 * The same function with fewer nodes: what does nothing is bypassed, what is known is computed, and normalisation goes
 * into the weights before it. The nodes named in `outputs` stay, under their names.
 *
 * @param graph in the order it runs, as `cutGraph` gives it
 */
export function simplify(graph: Graph, outputs: readonly string[]): Graph {
  let simple = bypass(graph, outputs)
  for (const pass of [foldConstants, foldDilation, foldAffine]) simple = pruned(pass(simple, outputs), outputs)
  return simple
}

function pruned(graph: Graph, outputs: readonly string[]): Graph {
  return { ...graph, nodes: neededNodes(graph, outputs) }
}
