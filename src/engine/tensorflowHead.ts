import { pause } from '../flow/pause.ts'
import type { HeadProblem, HeadRows, HeadTrainer } from './engine.ts'
import { oneHot, widthFirst } from './headArrays.ts'
import type { Tensor, TensorFlow } from './tensorflowApi.ts'

/** Steps between two turns of the event loop, so that a progress bar moves and an interrupt is heard. */
const STEPS_A_TURN = 50
/** Rows whose logits are computed at once: bounds the copy of the features that TensorFlow holds. */
const ROWS_AT_ONCE = 4096

/**
 * Trains heads by plain SGD. The gradient of the softmax's cross entropy is written out, as `probabilities - truth`, which
 * is several times faster than TF.js's own differentiation (docs/engines.md).
 *
 * All heads lie side by side in one weight matrix, so that a step is two matrix products however many heads there are. It
 * is kept as [heads * categories, width] because both products are faster with the long side innermost. The batch's rows
 * are gathered here and not by TensorFlow, whose Gather costs as much as a matrix product.
 */
export function createTensorflowTrainer(tf: TensorFlow, problem: HeadProblem): HeadTrainer {
  const { width, categories, heads, batch } = problem
  let data: HeadRows & Pick<HeadProblem, 'answered'> = problem
  const outputs = heads * categories
  const biasSquare = tf.tensor(Float32Array.of(problem.biasSquare ?? 1), [1], 'float32')
  const keep = tf.tensor(Float32Array.of(1 - problem.learningRate * (problem.decay ?? 0)), [1], 'float32')
  // One array for every step's rows: half a megabyte anew 4000 times is felt.
  const gathered = new Float32Array(batch * width)
  let now: State = {
    weights: tf.tensor(new Float32Array(outputs * width), [outputs, width], 'float32'),
    bias: tf.tensor(new Float32Array(outputs), [outputs], 'float32'),
  }
  let mean: State | undefined
  let counted = 0

  const logitsOf = (x: Tensor, { weights, bias }: State): Tensor => {
    return tf.add(tf.matMul(x, weights, false, true), bias) // [n, outputs]
  }

  function step(chosen: Int32Array): void {
    gather(data.features, width, chosen, gathered)
    const next = tf.tidy(() => {
      const x = tf.tensor(gathered, [batch, width], 'float32')
      const truth = tf.tensor(oneHot(data.labels, categories, chosen), [batch, 1, categories], 'float32')
      const rate = tf.tensor(rowRates({ ...problem, ...data }, chosen), [batch, heads, 1], 'float32')
      const probabilities = tf.softmax(tf.reshape(logitsOf(x, now), [batch, heads, categories]))
      const move = tf.reshape(tf.mul(tf.sub(probabilities, truth), rate), [batch, outputs])
      return {
        weights: tf.sub(tf.mul(now.weights, keep), tf.matMul(move, x, true)),
        bias: tf.sub(tf.mul(now.bias, keep), tf.mul(tf.sum(move, 0), biasSquare)),
      }
    })
    disposeState(now)
    now = next
  }

  /** Moves the mean towards the weights that there are, by their share in it. */
  function count(): void {
    const share = tf.tensor(Float32Array.of(1 / ++counted), [1], 'float32')
    const before = mean
    const moved = (from: Tensor, to: Tensor) => tf.add(from, tf.mul(tf.sub(to, from), share))
    mean = tf.tidy(() => ({
      weights: moved(before?.weights ?? now.weights, now.weights),
      bias: moved(before?.bias ?? now.bias, now.bias),
    }))
    share.dispose()
    disposeState(before)
  }

  return {
    async steps(chosen, isCounted = false) {
      for (let start = 0, done = 0; start + batch <= chosen.length; start += batch) {
        step(chosen.subarray(start, start + batch))
        if (++done % STEPS_A_TURN === 0) await pause()
      }
      if (isCounted) count()
    },
    swap(rows) {
      data = rows
    },
    async logits() {
      const { answered = data.rows, features } = data
      const result = new Float32Array(answered * outputs)
      for (let start = 0; start < answered; start += ROWS_AT_ONCE) {
        const some = Math.min(ROWS_AT_ONCE, answered - start)
        const part = features.subarray(start * width, (start + some) * width)
        const logits = tf.tidy(() => logitsOf(tf.tensor(part, [some, width], 'float32'), mean ?? now))
        result.set(await logits.data(), start * outputs)
        logits.dispose()
      }
      return result
    },
    async read() {
      // The copy of the bias: TensorFlow may hand out memory that is its own.
      const { weights, bias } = mean ?? now
      return { weights: widthFirst(await weights.data(), problem), bias: (await bias.data()).slice() }
    },
    async dispose() {
      disposeState(now)
      disposeState(mean)
      keep.dispose()
      biasSquare.dispose()
    },
  }
}

interface State {
  /** [outputs, width] */
  readonly weights: Tensor
  /** [outputs] */
  readonly bias: Tensor
}

function disposeState(state: State | undefined): void {
  state?.weights.dispose()
  state?.bias.dispose()
}

/** Copies the chosen rows of a [rows, width] matrix to `target`, [chosen, width]. */
function gather(matrix: Float32Array, width: number, chosen: Int32Array, target: Float32Array): void {
  chosen.forEach((row, i) => {
    target.set(matrix.subarray(row * width, (row + 1) * width), i * width)
  })
}

/**
 * How far each chosen row moves each head, [batch, heads]: the learning rate over the number of the head's active rows in
 * this step, and 0 for the other rows; so a head without an active row stays as it is.
 */
function rowRates({ active, heads, learningRate }: HeadProblem, chosen: Int32Array): Float32Array {
  const rates = new Float32Array(chosen.length * heads)
  for (let head = 0; head < heads; head++) {
    let total = 0
    for (const row of chosen) total += active[row * heads + head]!
    if (total === 0) continue
    for (let i = 0; i < chosen.length; i++) {
      rates[i * heads + head] = (learningRate * active[chosen[i]! * heads + head]!) / total
    }
  }
  return rates
}
