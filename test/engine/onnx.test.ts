import { expect, test } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { ints, smallNetwork } from '../helpers/networks.ts'
import { PIXELS, RAW } from '../helpers/runGraph.ts'

function backbone(graph: Graph, features = 6): Backbone {
  const network = { format: 'graph', graph, input: 'input', bottleneck: 'features' } as const
  return {
    name: 'small',
    sha256: '',
    recipe: { ...RAW, resize: 'stretch' },
    features,
    loadNetwork: async () => network,
  }
}

test('a network that onnxruntime refuses gets a sentence', async () => {
  const graph = smallNetwork()
  const nodes = graph.nodes.map(node =>
    node.name === 'conv2' ? { ...node, attrs: { ...node.attrs, dilations: ints(1, 0, 0, 1) } } : node,
  )
  const engine = await createOnnxEngine()
  await expect(engine.loadBackbone(backbone({ ...graph, nodes }))).rejects.toMatchObject({
    code: 'E_ENGINE',
    message: expect.stringContaining('onnxruntime could not run small'),
  })
})

test('bottlenecks of another length than was told get a sentence', async () => {
  const engine = await createOnnxEngine()
  const runner = await engine.loadBackbone(backbone(smallNetwork(), 7))
  await expect(runner.run(PIXELS, 2)).rejects.toMatchObject({ code: 'E_NO_LENGTH' })
  await runner.dispose()
})
