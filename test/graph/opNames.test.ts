import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { withKnownOps } from '../../src/engine/tensorflowOps.ts'
import { constNode, type Graph, type GraphNode } from '../../src/graph/graph.ts'
import { floatTensor } from '../../src/graph/tensor.ts'
import { node, smallNetwork } from '../helpers/networks.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']
const RECIPE = { size: 16, mean: [0, 0, 0], scale: [1, 1, 1] } as const

/** The small network with a node of that op before its first, which then reads from it. */
function networkWith(added: readonly GraphNode[], instead: string): Graph {
  const { nodes, ...graph } = smallNetwork()
  const led = nodes.map(each => ({
    ...each,
    inputs: each.name === 'relu' ? each.inputs.map(input => (input === 'bn' ? instead : input)) : each.inputs,
  }))
  return { ...graph, nodes: [...led, ...added] }
}

function compiled(graph: Graph) {
  return compileOnnx(graph, { input: 'input', outputs: ['relu'], recipe: RECIPE })
}

test.each(NAMES)('an op named %s is one that is not known', op => {
  const unknown = { code: 'E_UNSUPPORTED_OP', message: expect.stringContaining(op) }
  expect(() => compiled(networkWith([node(op, 'odd', ['bn'])], 'odd'))).toThrow(expect.objectContaining(unknown))
  const known = constNode('known', floatTensor([4], [1, 2, 3, 4]))
  const constant = [known, node(op, 'odd', ['known']), node('Add', 'sum', ['bn', 'odd'])]
  expect(() => compiled(networkWith(constant, 'sum'))).toThrow(expect.objectContaining(unknown))
})

test.each(NAMES)('a part named %s of a fused op is one that is not known', part => {
  const attrs = { fused_ops: { kind: 'strings', value: ['BiasAdd', part] } } as const
  const fused = node('_FusedConv2D', 'odd', ['relu', 'conv/w', 'bias'], attrs)
  expect(() => compileOnnx(networkWith([fused], 'bn'), { input: 'input', outputs: ['odd'], recipe: RECIPE })).toThrow(
    expect.objectContaining({ name: 'UserError' }),
  )
})

test('no such name becomes another for TensorFlow', () => {
  const nodes = NAMES.map(op => node(op, op, []))
  expect(withKnownOps({ nodes }).nodes.map(({ op }) => op)).toEqual(NAMES)
})
