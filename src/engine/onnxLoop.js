// @ts-check
// Plain JavaScript, for the thread's sake: see answering.js.

/**
 * Makes a training loop ready. Its states stay in onnxruntime from one call to the next.
 *
 * @param {import('./onnxRuntime.ts').Ort} ort
 * @param {import('./loopData.ts').LoopData} data
 * @returns {Promise<import('./loopData.ts').Loop>}
 */
export async function openLoop(ort, { bytes, options, constants, states }) {
  if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads // the first session's are all sessions'
  const session = await ort.InferenceSession.create(bytes, options)
  /** @param {import('./loopData.ts').LoopTensor} value */
  const tensor = ({ type, data, shape }) => new ort.Tensor(type, /** @type {any} */ (data), shape)
  let fixed = mapped(constants, tensor)
  let now = mapped(states, tensor)
  /** @type {Record<string, Float64Array> | undefined} */
  let sums
  let counted = 0
  /** @param {import('onnxruntime-web').Tensor} value */
  const numbers = value => /** @type {Float32Array} */ (value.data)
  const count = () => {
    sums ??= mapped(now, ({ size }) => new Float64Array(size))
    counted++
    for (const [name, value] of Object.entries(now)) addTo(sums[name] ?? new Float64Array(), numbers(value))
  }
  return {
    async steps(rows, batch, isCounted, changed) {
      if (changed) fixed = { ...fixed, ...mapped(changed, tensor) }
      const own = Object.fromEntries(Object.entries(now).map(([name, value]) => [`${name}0`, value]))
      const batches = new ort.Tensor('int32', rows, [rows.length / batch, batch])
      const results = await session.run({ ...fixed, ...own, batches })
      now = mapped(now, (_, name) => /** @type {typeof now[string]} */ (results[`${name}1`]))
      if (isCounted) count()
      return results.gradients && /** @type {Float32Array} */ (results.gradients.data)
    },
    states: async () =>
      sums ? mapped(sums, all => Float32Array.from(all, sum => sum / counted)) : mapped(now, numbers),
    dispose: () => session.release(),
  }
}

/** @param {Float64Array} sums @param {Float32Array} values */
function addTo(sums, values) {
  for (let at = 0; at < sums.length; at++)
    sums[at] = /** @type {number} */ (sums[at]) + /** @type {number} */ (values[at])
}

/**
 * @template T, U
 * @param {Readonly<Record<string, T>>} values
 * @param {(value: T, name: string) => U} change
 * @returns {Record<string, U>}
 */
function mapped(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}
