import { elementCount } from '../../graph/tensor.ts'
import { Budget } from './budget.ts'
import { type ForeignModel, type ForeignNode, intsOf } from './parse.ts'
import { type Shape, type Sizing, sizingOf } from './sizing.ts'

/**
 * Reckons what one picture takes in somebody's network, from the shapes of its weights: never more than it really does.
 * What a file does not tell of before it runs, as the turns of a loop, counts nothing.
 *
 * @param shape of the input, one picture
 * @param bottleneck the tensor up to which it is run
 * @throws UserError E_BAD_GRAPH for more than any image network takes, before anything is computed
 */
export function checkWork(model: ForeignModel, input: string, shape: Shape, bottleneck: string): void {
  const shapes = new Map<string, Shape>([[input, shape]])
  const sizing: Sizing = {
    shapeOf: name => shapes.get(name) ?? model.tensors.get(name)?.shape,
    intsOf: name => intsOf(model, name),
  }
  const needed = neededFor(model, bottleneck)
  const budget = new Budget()
  for (const node of model.nodes) {
    const result = needed.has(node) ? sizingOf(node, sizing) : undefined
    if (result === undefined) continue
    for (const output of node.outputs) shapes.set(output, result.shape)
    budget.spend(node.name || node.op, elementCount(result.shape), result.products)
  }
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
