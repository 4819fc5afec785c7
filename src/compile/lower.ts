import { UserError } from '../errors.ts'
import { Builder } from '../formats/onnx/builder.ts'
import { isTensor, type Value } from '../formats/onnx/value.ts'
import { constantOf, dataInputs, type Graph, nodeError, shapeAttr } from '../graph/graph.ts'
import { Folding } from '../graph/simplify/folding.ts'
import { useCounts } from '../graph/traverse.ts'
import { LOWERINGS } from './ops/index.ts'

/**
 * Lowers a cut graph node by node. NHWC becomes NCHW at the input and stays so: only ops that depend on the order
 * of axes (a Reshape of a whole feature map, say) get it turned back.
 *
 * @param graph in the order it runs
 * @param input its Placeholder
 * @param reserved names that the model's inputs and outputs will have
 * @param start makes what the placeholder stands for
 * @throws UserError E_UNSUPPORTED_OP, E_BAD_GRAPH
 */
export function lower(
  graph: Graph,
  input: string,
  outputs: readonly string[],
  reserved: readonly string[],
  start: (builder: Builder) => Value,
): Builder {
  const counts = useCounts(graph)
  const folding = new Folding(graph)
  // An output must stay as it is, so it counts as used once more.
  const builder = new Builder(ref => (counts.get(ref) ?? 0) + (outputs.includes(ref) ? 1 : 0), reserved)
  for (const node of graph.nodes) {
    if (node.name === input) {
      builder.setResults(node, [start(builder)])
      continue
    }
    const constant = constantOf(node)
    if (constant !== undefined) {
      builder.setResults(node, [constant])
      continue
    }
    const operands = dataInputs(node).map(ref => builder.operand(ref))
    const known = operands.every(isTensor) ? folding.evaluate(node, operands) : undefined
    if (known !== undefined) {
      builder.setResults(node, [known])
      continue
    }
    const lowering = LOWERINGS.get(node.op)
    if (lowering === undefined) {
      throw new UserError(
        'E_UNSUPPORTED_OP',
        `The op ${node.op} of node "${node.name}" is not one that this program knows.`,
        {
          hint: 'The engine "tensorflow" may know it.',
        },
      )
    }
    if (operands.length === 0) throw nodeError(node, 'it has no inputs.')
    builder.setResults(node, lowering(node, builder))
  }
  return builder
}

/** Whether the graph itself works with channels first: its input is [n, 3, height, width]. */
export function takesChannelsFirst(graph: Graph, input: string): boolean {
  const node = graph.nodes.find(other => other.name === input)
  const shape = node === undefined ? null : shapeAttr(node)
  return shape?.length === 4 && shape[1] === 3 && shape[3] !== 3
}
