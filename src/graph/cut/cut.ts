import { UserError } from '../../errors.ts'
import {
  constantOf,
  constNode,
  dataInputs,
  dtypeAttr,
  type Graph,
  type GraphNode,
  nodeError,
  nodesByName,
  parseRef,
  placeholderNode,
  shapeAttr,
  stringAttr,
} from '../graph.ts'
import { intTensor, numbersOf } from '../tensor.ts'
import { neededNodes } from '../traverse.ts'

export interface Cut {
  /** The node to feed; it becomes a Placeholder of float32 [-1, height, width, 3], whatever it was. */
  readonly input: string
  /** Nodes to keep, with all they need. */
  readonly outputs: readonly string[]
  /** Among `outputs`: the pooling over all of the picture. It becomes one for every input size. */
  readonly bottleneck?: string
  /** Side of the input in pixels; open by default. */
  readonly size?: number
}

/**
 * The part of a graph between `input` and `outputs`, in the order it runs, open for batches.
 *
 * @throws UserError E_NO_NODE when a name is not in the graph, E_INPUTS when other inputs are needed,
 *   E_NOT_FROZEN when its weights are elsewhere
 */
export function cutGraph(graph: Graph, cut: Cut): Graph {
  const byName = nodesByName(graph)
  for (const name of [cut.input, ...cut.outputs]) requireNode(byName, name)
  const kept = neededNodes(graph, cut.outputs, new Set([cut.input]))
  checkOrder(kept)
  const nodes = kept.flatMap(node => {
    if (node.name === cut.input) return [placeholder(node, cut.size)]
    const bare = { ...node, inputs: dataInputs(node) }
    if (node.name === cut.bottleneck && node.op === 'AvgPool') return globalMean(bare)
    return node.op === 'Reshape' ? openReshape(bare, byName) : [bare]
  })
  if (!kept.some(node => node.name === cut.input)) {
    throw new UserError('E_NO_NODE', `The input node "${cut.input}" does not lead to "${cut.outputs.join('", "')}".`)
  }
  checkFrozen(nodes, cut.input)
  return { ...graph, nodes }
}

/** @throws UserError E_NO_NODE, naming nodes with a similar name */
function requireNode(byName: ReadonlyMap<string, GraphNode>, name: string): GraphNode {
  const node = byName.get(parseRef(name).name)
  if (node !== undefined) return node
  const wanted = name.toLowerCase()
  const near = [...byName.values()].filter(
    other =>
      other.op !== 'Const' && (other.name.toLowerCase().includes(wanted) || other.name.toLowerCase().endsWith(wanted)),
  )
  const names = (near.length > 0 ? near : [...byName.values()].slice(-3)).slice(0, 5).map(other => other.name)
  throw new UserError('E_NO_NODE', `The graph has no node "${name}".`, {
    hint: `Some that it has: ${names.join(', ')}.`,
  })
}

function placeholder(node: GraphNode, size = -1): GraphNode {
  const shape = shapeAttr(node)
  const channelsFirst = shape?.length === 4 && shape[1] === 3 && shape[3] !== 3
  return placeholderNode(node.name, 'float32', channelsFirst ? [-1, 3, size, size] : [-1, size, size, 3])
}

/** Graphs made for one picture reshape to [1, …]; for one picture, [-1, …] is the same. */
function openReshape(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const shape = constantOf(byName.get(parseRef(node.inputs[1] ?? '').name))
  if (shape === undefined || shape.dtype === 'string' || shape.data.length > 8) return [node]
  const [first, ...rest] = numbersOf(shape)
  if (first !== 1 || rest.length === 0 || rest.some(size => size < 1)) return [node]
  const target = constNode(`${node.name}/open_shape`, intTensor([rest.length + 1], [-1, ...rest]))
  return [
    target,
    { ...node, inputs: [node.inputs[0]!, target.name], attrs: { ...node.attrs, Tshape: dtypeAttr('int32') } },
  ]
}

/** An average over a window that was the whole map at the network's own input size, made to be so at any size. */
function globalMean(node: GraphNode): GraphNode[] {
  const axes = stringAttr(node, 'data_format', 'NHWC') === 'NCHW' ? [2, 3] : [1, 2]
  const axesName = `${node.name}/axes`
  return [
    constNode(axesName, intTensor([2], axes)),
    {
      name: node.name,
      op: 'Mean',
      inputs: [node.inputs[0]!, axesName],
      attrs: { T: dtypeAttr('float32'), Tidx: dtypeAttr('int32'), keep_dims: { kind: 'bool', value: true } },
    },
  ]
}

/** In the order of `neededNodes`, a node that comes before one of its inputs is part of a loop. */
function checkOrder(nodes: readonly GraphNode[]): void {
  const seen = new Set<string>()
  const all = new Set(nodes.map(node => node.name))
  for (const node of nodes) {
    for (const input of dataInputs(node)) {
      const { name } = parseRef(input)
      if (all.has(name) && !seen.has(name)) throw nodeError(node, 'it is part of a loop, which no image network needs.')
    }
    seen.add(node.name)
  }
}

function checkFrozen(nodes: readonly GraphNode[], input: string): void {
  const variable = nodes.find(node =>
    /^(Variable|VariableV2|VarHandleOp|ReadVariableOp|AutoReloadVariable)$/.test(node.op),
  )
  if (variable !== undefined) {
    throw new UserError(
      'E_NOT_FROZEN',
      `The graph is not frozen: the weights "${variable.name}" are in a checkpoint, not in it.`,
      {
        hint: 'Freeze it with TensorFlow first (convert_variables_to_constants), or bring a frozen one.',
      },
    )
  }
  const others = nodes.filter(node => node.op === 'Placeholder' && node.name !== input).map(node => node.name)
  if (others.length > 0) {
    throw new UserError('E_INPUTS', `The graph has several inputs: "${[input, ...others].join('", "')}".`, {
      hint: 'A network for pictures has one. Choose where it starts and ends with --input NODE and --bottleneck NODE.',
    })
  }
}
