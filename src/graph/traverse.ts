import { dataInputs, type Graph, type GraphNode, nodesByName, parseRef } from './graph.ts'

/** How many places use each node's outputs. */
export function useCounts(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>()
  for (const node of graph.nodes) {
    for (const input of dataInputs(node)) {
      const { name } = parseRef(input)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return counts
}

/** Names of the nodes whose outputs no other node uses: where the graph ends. */
export function terminals(graph: Graph): string[] {
  const counts = useCounts(graph)
  return graph.nodes
    .filter(node => !counts.has(node.name) && node.op !== 'Const' && node.op !== 'NoOp')
    .map(node => node.name)
}

/** The nodes that use each node's outputs. */
export function consumersOf(graph: Graph): Map<string, GraphNode[]> {
  const consumers = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    for (const name of new Set(dataInputs(node).map(input => parseRef(input).name))) {
      const list = consumers.get(name)
      if (list === undefined) consumers.set(name, [node])
      else list.push(node)
    }
  }
  return consumers
}

/** Names of `start` and of all that follows from it. */
export function reachableFrom(graph: Graph, start: string): Set<string> {
  const consumers = consumersOf(graph)
  const seen = new Set([start])
  // A set grows while it is walked: this is the queue of a breadth-first search.
  for (const name of seen) for (const node of consumers.get(name) ?? []) seen.add(node.name)
  return seen
}

/**
 * The nodes that `outputs` need, each after what it needs itself. What lies before the nodes of `stops` is not followed.
 * References to nodes that are not there are passed over.
 */
export function neededNodes(
  graph: Graph,
  outputs: readonly string[],
  stops: ReadonlySet<string> = new Set(),
): GraphNode[] {
  const byName = nodesByName(graph)
  const done = new Set<string>()
  const order: GraphNode[] = []
  // An explicit stack: some graphs are deeper than the call stack. A node is entered, then left when its inputs are done.
  const stack: { node: GraphNode; left: boolean }[] = []
  const enter = (name: string): void => {
    const node = byName.get(name)
    if (node !== undefined && !done.has(name)) stack.push({ node, left: false })
  }
  const open = new Set<string>()
  for (const output of outputs) {
    enter(parseRef(output).name)
    while (stack.length > 0) {
      const { node, left } = stack.pop()!
      if (left) {
        order.push(node)
        done.add(node.name)
        continue
      }
      // A node met again while it is open is a cycle; the caller finds it out of order.
      if (done.has(node.name) || open.has(node.name)) continue
      open.add(node.name)
      stack.push({ node, left: true })
      if (stops.has(node.name)) continue
      for (const input of dataInputs(node).reverse()) enter(parseRef(input).name)
    }
  }
  return order
}
