// @ts-check
// A thread's side of onnxLanes.ts: one session, one batch at a time.
import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { answering } from '../flow/answering.js'

/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(workerData.library)
/** @type {import('onnxruntime-web').InferenceSession | undefined} */
let session
let side = 0

answering(answerTo)

/** @param {import('./laneData.ts').LaneMessage} message */
function answerTo(message) {
  return message.kind === 'open' ? open(message) : run(message)
}

/** @param {import('./laneData.ts').LaneNetwork} network */
async function open({ bytes, options, size }) {
  if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads
  session = await ort.InferenceSession.create(bytes, options)
  side = size
}

/** @param {import('./laneData.ts').LanePictures} pictures */
async function run({ pixels, count }) {
  const input = new ort.Tensor('uint8', pixels, [count, side, side, 3])
  const output = await session?.run({ [session.inputNames[0] ?? '']: input })
  const { data, dims } = output?.[session?.outputNames[0] ?? ''] ?? {}
  return { data, dims }
}
