import { UserError } from '../../errors.ts'
import { inlined } from '../../graph/functions.ts'
import type { Graph } from '../../graph/graph.ts'
import { neededNodes, terminals } from '../../graph/traverse.ts'
import { damaged } from '../limits.ts'
import { type Load, openBundle } from './bundle.ts'
import { readServing } from './metaGraph.ts'
import { isVariable, withValues } from './variables.ts'

const SERVING = 'serving_default'

/**
 * Reads the graph of a SavedModel for serving: what leads to its signature's outputs, with functions written out and the
 * variables' values read from `variables/`. Those of a frozen one are in it as constants.
 *
 * @param bytes of `saved_model.pb`
 * @param load reads a file by its path in the model's folder
 * @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH, E_NOT_FROZEN when the folder `variables` is not there
 */
export async function readSavedModel(bytes: Uint8Array, load: Load): Promise<Graph> {
  const { graph: whole, signatures } = readServing(bytes)
  const { functions, ...plain } = whole
  const outputs = signatures.get(SERVING) ?? [...signatures.values()].find(each => each.length > 0)
  const served = { ...plain, nodes: neededNodes(plain, outputs ?? terminals(plain)) }
  const names = served.nodes.map(node => node.name)
  const graph = inlined(served, functions)
  // Functions are given more than they use: what nothing leads to is left out.
  const ends = outputs ?? names
  const needed = graph === served ? graph : { ...graph, nodes: neededNodes(graph, ends) }
  if (!needed.nodes.some(isVariable)) return needed
  try {
    return await withValues(needed, whole, await openBundle(load))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw damaged('variables.index can not be decoded', error)
  }
}
