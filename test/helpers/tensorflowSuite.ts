import { describe, it } from 'vitest'
import type { TensorFlow } from '../../src/engine/tensorflowApi.ts'
import { loadTensorFlow } from '../../src/engine/tensorflowModule.ts'

function tried(): TensorFlow | Error {
  try {
    return loadTensorFlow()
  } catch (error) {
    return error as Error
  }
}

/**
 * A suite that runs where tfjs-node loads. Elsewhere it is skipped with the reason in its title, or fails when
 * ITC_REQUIRE_TENSORFLOW=1 says that tfjs-node was made ready.
 */
export function describeTensorflow(title: string, suite: (tf: TensorFlow) => void): void {
  const tf = tried()
  if (!(tf instanceof Error)) describe(title, () => suite(tf))
  else if (process.env.ITC_REQUIRE_TENSORFLOW === '1') {
    it(title, () => {
      throw tf
    })
  } else it.skip(`${title}: ${tf.message}`)
}
