import { UserError } from '../../errors.ts'
import { constantOf, type Graph, type GraphNode } from '../graph.ts'
import { elementCount, type Tensor } from '../tensor.ts'
import { evaluateNode } from './evaluate.ts'

/** Numbers computed from constants, for each number that the graph holds: quantised weights pass four or five nodes. */
const TIMES = 8
/** Numbers that any graph may have computed, and none may exceed. */
const [FREE, MOST] = [2 ** 22, 2 ** 26]

/**
 * Computes nodes of one graph from constants, as many numbers as a network for pictures may need: a kilobyte of nodes that
 * each double what the one before gave would never end.
 */
export class Folding {
  #left: number

  constructor({ nodes }: Graph) {
    const held = nodes.reduce((sum, node) => sum + elementCount(constantOf(node)?.shape ?? []), 0)
    this.#left = FREE + Math.min(MOST, TIMES * held)
  }

  /** As `evaluateNode`. @throws UserError E_BAD_GRAPH once it is too much */
  evaluate(node: GraphNode, inputs: readonly Tensor[]): Tensor | undefined {
    const value = evaluateNode(node, inputs)
    if (value === undefined || inputs.some(({ data }) => data === value.data)) return value
    this.#left -= elementCount(value.shape)
    if (this.#left >= 0) return value
    throw new UserError(
      'E_BAD_GRAPH',
      `Computing the graph's constants takes too much: node "${node.name}" is one too many.`,
      {
        hint: 'Get the file again: no network for pictures needs so much.',
      },
    )
  }
}
