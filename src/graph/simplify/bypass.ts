import { constantOf, dataInputs, type Graph, type GraphNode, parseRef } from '../graph.ts'
import { elementCount } from '../tensor.ts'

/** Ops that give their first input on, outside training. */
export const PASSING: ReadonlySet<string> = new Set([
  'Identity',
  'Snapshot',
  'StopGradient',
  'PreventGradient',
  'CheckNumerics',
  'PlaceholderWithDefault',
])

/** Links past nodes that do nothing when a network only runs: Identity and its kind, and dropout. */
export function bypass(graph: Graph, outputs: readonly string[]): Graph {
  const kept = new Set(outputs.map(output => parseRef(output).name))
  const byName = new Map(graph.nodes.map(node => [node.name, node]))
  const target = new Map<string, string>()
  const resolve = (ref: string): string => target.get(ref) ?? ref
  const nodes: GraphNode[] = []
  // Nodes come after their inputs, so a chain of bypassed ones is resolved link by link.
  for (const node of graph.nodes) {
    const inputs = dataInputs(node)
    if (node.op === 'IdentityN') {
      for (const [i, input] of inputs.entries()) {
        target.set(`${node.name}:${i}`, resolve(input))
        if (i === 0) target.set(node.name, resolve(input))
      }
      if (kept.has(node.name)) nodes.push({ ...node, inputs: inputs.map(resolve) })
      continue
    }
    const past = PASSING.has(node.op) ? inputs[0] : undroppedInput(node, byName)
    if (past === undefined) nodes.push({ ...node, inputs: inputs.map(resolve) })
    else if (!kept.has(node.name)) target.set(node.name, resolve(past))
    else nodes.push({ name: node.name, op: 'Identity', inputs: [resolve(past)], attrs: typeOf(node) })
  }
  return { ...graph, nodes }
}

function typeOf(node: GraphNode): GraphNode['attrs'] {
  const type = node.attrs.T ?? node.attrs.dtype
  return type === undefined ? {} : { T: type }
}

/**
 * Dropout as graphs frozen from training have it: Mul(x / keep, mask), where the mask comes from random numbers.
 * Running the network, x passes.
 */
function undroppedInput(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): string | undefined {
  if (node.op !== 'Mul') return undefined
  const [x, y] = dataInputs(node)
  if (x === undefined || y === undefined) return undefined
  const mask = [x, y].find(ref => isRandom(byName.get(parseRef(ref).name), byName, 6))
  if (mask === undefined) return undefined
  const scaled = mask === x ? y : x
  const scaling = byName.get(parseRef(scaled).name)
  if (scaling === undefined || !/^(Mul|RealDiv|Div)$/.test(scaling.op)) return scaled
  const factor = constantOf(byName.get(parseRef(scaling.inputs[1] ?? '').name))
  return factor !== undefined && elementCount(factor.shape) === 1 ? scaling.inputs[0] : scaled
}

const MASKING = /^(Floor|Add|AddV2|Sub|Mul|GreaterEqual|Cast|RandomUniform)$/

function isRandom(node: GraphNode | undefined, byName: ReadonlyMap<string, GraphNode>, depth: number): boolean {
  if (node === undefined || depth === 0 || !MASKING.test(node.op)) return false
  if (node.op === 'RandomUniform') return true
  return dataInputs(node).some(ref => isRandom(byName.get(parseRef(ref).name), byName, depth - 1))
}
