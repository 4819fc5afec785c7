// @ts-check
// A thread's side of onnxLanes.ts: one session, one batch at a time.
import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { answering } from '../flow/answering.js'

/** @type {import('./laneData.ts').LaneData} */
const { library, bytes, options, size } = workerData
/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(library)
if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads

const opened = ort.InferenceSession.create(bytes, options)
answering(
  run,
  opened.then(() => 'ready'),
)

/** @param {{ pixels: Uint8Array, count: number }} pictures uint8 RGB, [count, size, size, 3] */
async function run({ pixels, count }) {
  const session = await opened
  const input = new ort.Tensor('uint8', pixels, [count, size, size, 3])
  const output = await session.run({ [session.inputNames[0] ?? '']: input })
  const { data, dims } = output[session.outputNames[0] ?? ''] ?? {}
  return { data, dims }
}
