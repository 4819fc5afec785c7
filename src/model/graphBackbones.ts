import type { Backbone } from '../backbone/backbone.ts'
import { once } from '../flow/once.ts'
import { cutGraph } from '../graph/cut/cut.ts'
import { inputName } from './graph.ts'
import { modelGraph } from './graphFile.ts'
import type { Layout } from './layout.ts'
import type { StoredModel } from './stored.ts'

/**
 * The same model with its backbones as TensorFlow graphs, cut out of `retrained_graph.pb`: for an engine that does not run
 * the compiled form.
 *
 * @throws UserError `E_NO_GRAPH` when there is no such graph
 */
export function withGraphBackbones(layout: Layout, stored: StoredModel): StoredModel {
  const { graph } = stored.manifest
  if (!graph || 'without' in graph) return stored // a retrain.py model is a graph already; an ONNX file never was one
  const read = once(() => modelGraph(layout, stored))
  const backbones = stored.backbones.map((backbone, place): Backbone => {
    const input = inputName(place)
    const bottleneck = graph.bottlenecks[place]!
    return {
      ...backbone,
      sha256: '', // the manifest tells one, which is not held against this graph: nothing may be kept under it
      isCompiled: false,
      checksum: undefined,
      loadNetwork: async () => {
        const cut = cutGraph(await read(), { input, outputs: [bottleneck], bottleneck })
        return { format: 'graph', graph: cut, input, bottleneck }
      },
    }
  })
  return { ...stored, backbones }
}
