import { UserError } from '../errors.ts'
import { dataInputs, type Graph, type GraphNode, parseRef } from './graph.ts'

/** A function of a graph's library: nodes whose references may name its inputs. */
export interface GraphFunction {
  readonly name: string
  readonly inputs: readonly string[]
  /** References to what it returns, in order. */
  readonly results: readonly string[]
  readonly nodes: readonly GraphNode[]
}

export type Functions = ReadonlyMap<string, GraphFunction>

/** A library whose functions call each other twice each doubles at every level: it ends here, not when memory does. */
const MOST_NODES = 200_000
const DEEPEST = 100

/** Whether a node calls a function of the library, and which. */
export function calleeOf(node: GraphNode, functions: Functions): GraphFunction | undefined {
  const called = /^(Stateful)?PartitionedCall$/.test(node.op) ? node.attrs.f : undefined
  // Graphs of TensorFlow 1 have the function's own name for an op.
  return functions.get(called?.kind === 'func' ? called.value : node.op)
}

/**
 * The same graph without functions: each call becomes the nodes of what it calls, named behind it (`call/node`). The call's
 * own name stays as that of its first result.
 *
 * @throws UserError E_BAD_GRAPH for functions that call themselves, or that become more nodes than any image network has
 */
export function inlined(graph: Graph, functions: Functions): Graph {
  if (!graph.nodes.some(node => calleeOf(node, functions))) return graph
  const inliner = new Inliner(functions)
  inliner.expand(graph.nodes, { prefix: '', given: new Map(), chain: [] })
  return { ...graph, nodes: inliner.nodes }
}

/** Where nodes are put: the names before theirs, what stands for their function's inputs, and who called. */
interface Scope {
  readonly prefix: string
  readonly given: ReadonlyMap<string, string>
  readonly chain: readonly GraphFunction[]
}

class Inliner {
  readonly nodes: GraphNode[] = []
  readonly #functions: Functions
  readonly #names = new Set<string>()
  #visited = 0

  constructor(functions: Functions) {
    this.#functions = functions
  }

  expand(nodes: readonly GraphNode[], scope: Scope): Resolve {
    const calls = new Set(nodes.filter(node => calleeOf(node, this.#functions)).map(node => node.name))
    const resolve: Resolve = ref => resolved(ref, scope, calls)
    for (const node of nodes) {
      if (++this.#visited > MOST_NODES) throw refused('written out, they have more nodes than any image network')
      const callee = calleeOf(node, this.#functions)
      const inputs = dataInputs(node).map(resolve)
      if (callee === undefined) this.#push({ ...node, name: scope.prefix + node.name, inputs })
      else this.#call(callee, scope.prefix + node.name, inputs, scope.chain)
    }
    return resolve
  }

  #call(callee: GraphFunction, name: string, inputs: readonly string[], chain: readonly GraphFunction[]): void {
    if (chain.includes(callee)) throw refused(`"${callee.name}" calls itself`)
    if (chain.length >= DEEPEST) throw refused(`they call each other more than ${DEEPEST} deep`)
    if (callee.inputs.length !== inputs.length) throw refused(`"${callee.name}" is not given as much as it takes`)
    const given = new Map(callee.inputs.map((input, i) => [input, inputs[i]!]))
    const resolve = this.expand(callee.nodes, { prefix: `${name}/`, given, chain: [...chain, callee] })
    this.#visited += callee.results.length
    for (const [i, result] of callee.results.entries()) {
      this.#push({ name: resultName(name, i), op: 'Identity', inputs: [resolve(result)], attrs: {} })
    }
  }

  #push(node: GraphNode): void {
    if (this.#names.has(node.name)) throw refused(`two of their nodes have the name "${node.name}"`)
    this.#names.add(node.name)
    this.nodes.push(node)
  }
}

type Resolve = (ref: string) => string

function resolved(ref: string, { prefix, given }: Scope, calls: ReadonlySet<string>): string {
  const { name, index } = parseRef(ref)
  const outside = given.get(name)
  if (outside !== undefined) return outside
  if (calls.has(name)) return resultName(prefix + name, index)
  return prefix + ref
}

function resultName(call: string, index: number): string {
  return index === 0 ? call : `${call}/result_${index}`
}

function refused(detail: string): UserError {
  return new UserError('E_BAD_GRAPH', `The functions of the graph can't be used: ${detail}.`, {
    hint: 'Get the file again: it may be damaged.',
  })
}
