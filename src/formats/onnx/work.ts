import { elementCount } from '../../graph/tensor.ts'
import { Budget } from './budget.ts'
import { type ForeignModel, type ForeignNode, intsOf } from './parse.ts'
import { type Shape, type Sizing, sizingOf } from './sizing.ts'

/** What one picture takes in a network. */
export interface Work {
  /** Multiplications, or comparisons. */
  readonly products: number
  /** That it becomes in all nodes together. */
  readonly numbers: number
  /** The file tells all of it: there is no loop, and no shape that only a run shows. */
  readonly isAll: boolean
}

/**
 * Reckons what one picture takes in somebody's network, from the shapes of its weights: never more than it really does.
 * What a file does not tell of before it runs, as the turns of a loop, counts nothing.
 *
 * @param shape of the input, one picture
 * @param bottleneck the tensor up to which it is run
 * @throws UserError E_BAD_GRAPH for more than any image network takes, before anything is computed
 */
export function checkWork(model: ForeignModel, input: string, shape: Shape, bottleneck: string): Work {
  const shapes = new Map<string, Shape>([[input, shape]])
  const sizing: Sizing = {
    shapeOf: name => shapes.get(name) ?? model.tensors.get(name)?.shape,
    intsOf: name => intsOf(model, name),
  }
  const needed = neededFor(model, bottleneck)
  const exact = new Set<string>(['', input, ...model.tensors.keys()])
  const budget = new Budget()
  for (const node of model.nodes) {
    const result = needed.has(node) ? sizingOf(node, sizing) : undefined
    if (result === undefined) continue
    for (const output of node.outputs) shapes.set(output, result.shape)
    if (isExact(node, exact, sizing)) for (const output of node.outputs) exact.add(output)
    budget.spend(node.name || node.op, elementCount(result.shape), result.products)
  }
  const isAll = [...needed].every(({ outputs }) => outputs.every(output => exact.has(output)))
  return { products: budget.products, numbers: budget.numbers, isAll }
}

/** Ops whose result is as large as a tensor says. */
const SAID = new Set(['Expand', 'Tile', 'ConstantOfShape'])

/** Whether a node's result is no larger than was reckoned. */
function isExact(node: ForeignNode, exact: ReadonlySet<string>, { intsOf }: Sizing): boolean {
  const isSaid = !SAID.has(node.op) || intsOf(node.inputs[node.op === 'ConstantOfShape' ? 0 : 1]).length > 0
  return isSaid && !node.isNested && node.inputs.every(name => exact.has(name))
}

function neededFor(model: ForeignModel, tensor: string): ReadonlySet<ForeignNode> {
  const needed = new Set<ForeignNode>()
  const open = [tensor]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = model.producers.get(name)
    if (node === undefined || needed.has(node)) continue
    needed.add(node)
    open.push(...node.inputs)
  }
  return needed
}
