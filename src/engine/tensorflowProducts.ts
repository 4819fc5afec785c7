import type { Factor, Products } from './products.ts'
import type { TensorFlow } from './tensorflowApi.ts'

/** Keeps a matrix at hand in TensorFlow. */
export function createTensorflowProducts(tf: TensorFlow, factor: Factor): Products {
  const tensorOf = ({ values, rows, width }: Factor) => tf.tidy(() => tf.tensor(values, [rows, width], 'float32'))
  let matrix = tensorOf(factor)
  const product = (transposed: boolean) => async (left: Float32Array) => {
    const inner = matrix.shape[transposed ? 1 : 0]!
    const made = tf.tidy(() =>
      tf.matMul(tf.tensor(left, [left.length / inner, inner], 'float32'), matrix, false, transposed),
    )
    const result = await made.data()
    made.dispose()
    return result
  }
  return {
    times: product(false),
    timesTransposed: product(true),
    swap: next => {
      matrix.dispose()
      matrix = tensorOf(next)
    },
    dispose: async () => matrix.dispose(),
  }
}
