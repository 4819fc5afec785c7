import type { Engine } from './engine.ts'
import { loadTensorflowBackbone } from './tensorflowBackbone.ts'
import { createTensorflowTrainer } from './tensorflowHead.ts'
import { libraryVersion, loadTensorFlow } from './tensorflowModule.ts'
import { createTensorflowProducts } from './tensorflowProducts.ts'

/**
 * The engine on @tensorflow/tfjs-node: the same graphs by TensorFlow's own kernels.
 *
 * @throws {UserError} E_ENGINE when tfjs-node does not load, with what to run
 */
export async function createTensorflowEngine(): Promise<Engine> {
  const tf = loadTensorFlow()
  return {
    name: 'tensorflow',
    version: `${tf.version['tfjs-node']} (TensorFlow ${libraryVersion(tf)})`,
    lanes: async () => 0,
    loadBackbone: backbone => loadTensorflowBackbone(tf, backbone),
    createTrainer: async problem => createTensorflowTrainer(tf, problem),
    createProducts: async matrix => createTensorflowProducts(tf, matrix),
  }
}
