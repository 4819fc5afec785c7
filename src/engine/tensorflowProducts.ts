import type { Factor, Products } from './products.ts'
import type { TensorFlow } from './tensorflowApi.ts'

/** Keeps a matrix at hand in TensorFlow. */
export function createTensorflowProducts(tf: TensorFlow, { values, rows, width }: Factor): Products {
  const matrix = tf.tidy(() => tf.tensor(values, [rows, width], 'float32'))
  const product = (transposed: boolean, inner: number) => async (left: Float32Array) => {
    const made = tf.tidy(() =>
      tf.matMul(tf.tensor(left, [left.length / inner, inner], 'float32'), matrix, false, transposed),
    )
    const result = await made.data()
    made.dispose()
    return result
  }
  return {
    times: product(false, rows),
    timesTransposed: product(true, width),
    dispose: async () => matrix.dispose(),
  }
}
