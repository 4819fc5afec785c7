// @ts-check
// A thread's side of onnxLanes.ts: one session, one batch at a time. Plain JavaScript, since Node 20 starts no thread from
// a TypeScript file, and tests run the sources as they are.
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)
/** @type {import('./laneData.ts').LaneData} */
const { library, bytes, options, size } = workerData
/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(library)
if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads

const opened = ort.InferenceSession.create(bytes, options)
/** @type {Promise<void>} */
let turn = opened.then(() => port.postMessage('ready'))

port.on('message', (/** @type {{ pixels: Uint8Array, count: number } | 'end'} */ message) => {
  if (message === 'end') return process.exit() // of this thread alone, and between two calls of the library
  const { pixels, count } = message
  turn = turn.then(async () => port.postMessage(await run(pixels, count).catch(error => ({ error }))))
})

/**
 * @param {Uint8Array} pixels uint8 RGB, [count, size, size, 3]
 * @param {number} count
 */
async function run(pixels, count) {
  const session = await opened
  const input = new ort.Tensor('uint8', pixels, [count, size, size, 3])
  const output = await session.run({ [session.inputNames[0] ?? '']: input })
  const { data, dims } = output[session.outputNames[0] ?? ''] ?? {}
  return { data, dims }
}
