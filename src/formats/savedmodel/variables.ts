import { UserError } from '../../errors.ts'
import { calleeOf } from '../../graph/functions.ts'
import {
  constantOf,
  constNode,
  dataInputs,
  type Graph,
  type GraphNode,
  parseRef,
  stringAttr,
} from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { GraphWithFunctions } from '../graphdef/read.ts'
import type { Bundle } from './bundle.ts'

const VARIABLE = /^(VarHandleOp|VariableV2|Variable)$/

export function isVariable(node: GraphNode): boolean {
  return VARIABLE.test(node.op)
}

/**
 * The same graph with its variables' values as constants.
 *
 * @param whole the SavedModel's graph, which has the nodes that restore them
 * @throws UserError E_BAD_GRAPH, E_NOT_FROZEN when a value is not there
 */
export async function withValues(graph: Graph, whole: GraphWithFunctions, bundle: Bundle): Promise<Graph> {
  const keys = restoredKeys(whole)
  const nodes: GraphNode[] = []
  for (const node of graph.nodes) {
    if (isVariable(node)) nodes.push(constNode(node.name, await keptValue(node, keys, bundle)))
    // What read a variable now passes a constant on.
    else if (node.op === 'ReadVariableOp') nodes.push({ ...node, op: 'Identity' })
    else nodes.push(node)
  }
  return { ...graph, nodes }
}

async function keptValue(node: GraphNode, keys: ReadonlyMap<string, string>, bundle: Bundle): Promise<Tensor> {
  // TensorFlow 1 keeps each under its own name.
  const candidates = [keys.get(node.name), stringAttr(node, 'shared_name'), node.name]
  const key = candidates.find(name => name !== undefined && bundle.has(name))
  if (key !== undefined) return bundle.read(key)
  throw new UserError('E_NOT_FROZEN', `The weights "${node.name}" are not in the folder "variables".`, {
    hint: 'Save the model again: its checkpoint is not whole.',
  })
}

/**
 * The key of each variable in the checkpoint, by the name of its node. The nodes that restore the variables tell: one
 * RestoreV2 that lists the keys, and an assignment of each of its outputs. TensorFlow 2 has them in a function, which is
 * given the variables; TensorFlow 1 in the graph itself.
 * @internal for tests: damaged graphs, without a checkpoint to each
 */
export function restoredKeys({ nodes, functions }: GraphWithFunctions): Map<string, string> {
  const keys = new Map(assignments(nodes))
  for (const node of nodes) {
    const callee = calleeOf(node, functions)
    if (callee === undefined) continue
    const given = dataInputs(node).map(ref => parseRef(ref).name)
    for (const [input, key] of assignments(callee.nodes)) {
      const variable = given[callee.inputs.indexOf(input)]
      if (variable !== undefined) keys.set(variable, key)
    }
  }
  for (const [copy, original] of copies(nodes)) {
    const key = keys.get(copy)
    if (key !== undefined && !keys.has(original)) keys.set(original, key)
  }
  return keys
}

/** A variable that begins as another's value: Keras 3 in a tf.Module saves such copies, and computes with the originals. */
function* copies(nodes: readonly GraphNode[]): Generator<[copy: string, original: string]> {
  const byName = new Map(nodes.map(node => [node.name, node]))
  for (const node of nodes) {
    const [copy = '', value = ''] = node.op === 'AssignVariableOp' ? dataInputs(node) : []
    const read = byName.get(parseRef(value).name)
    if (read?.op === 'ReadVariableOp') yield [parseRef(copy).name, parseRef(read.inputs[0] ?? '').name]
  }
}

function* assignments(nodes: readonly GraphNode[]): Generator<[variable: string, key: string]> {
  if (!nodes.some(node => node.op === 'RestoreV2')) return
  const byName = new Map(nodes.map(node => [node.name, node]))
  for (const node of nodes) {
    if (node.op !== 'AssignVariableOp' && node.op !== 'Assign') continue
    const [variable, value] = dataInputs(node)
    const key = restoredKey(value ?? '', byName)
    if (variable !== undefined && key !== undefined) yield [parseRef(variable).name, key]
  }
}

function restoredKey(value: string, byName: ReadonlyMap<string, GraphNode>): string | undefined {
  let ref = parseRef(value)
  let node = byName.get(ref.name)
  for (let hops = 0; node?.op === 'Identity' && hops < 8; hops++) {
    ref = parseRef(node.inputs[0] ?? '')
    node = byName.get(ref.name)
  }
  if (node?.op !== 'RestoreV2') return undefined
  const names = constantOf(byName.get(parseRef(node.inputs[1] ?? '').name))
  const name = names?.dtype === 'string' ? names.data[ref.index] : undefined
  return name && Buffer.from(name).toString('latin1')
}
