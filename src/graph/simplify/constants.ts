import { constantOf, constNode, dataInputs, type Graph, parseRef } from '../graph.ts'
import type { Tensor } from '../tensor.ts'
import { Folding } from './folding.ts'

/** Replaces nodes whose inputs are all constants by their values. @throws UserError E_BAD_GRAPH when that takes too much */
export function foldConstants(graph: Graph): Graph {
  const known = new Map<string, Tensor>()
  const folding = new Folding(graph)
  const nodes = graph.nodes.map(node => {
    const constant = constantOf(node)
    if (constant !== undefined) known.set(node.name, constant)
    const inputs = dataInputs(node).map(input => known.get(parseRef(input).name))
    const values = inputs.filter(value => value !== undefined)
    if (constant !== undefined || values.length === 0 || values.length < inputs.length) return node
    const value = folding.evaluate(node, values)
    if (value === undefined) return node
    known.set(node.name, value)
    return constNode(node.name, value)
  })
  return { ...graph, nodes }
}
