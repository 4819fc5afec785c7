// @ts-check
// A thread's side of onnxLanes.ts and onnxLoops.ts: one network or training loop after another, one batch or call at a time.
import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { answering } from '../flow/answering.js'
import { openLoop } from './onnxLoop.js'

/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(workerData.library)
/** @type {import('onnxruntime-web').InferenceSession | undefined} */
let session
let side = 0
/** @type {import('./loopData.ts').Loop | undefined} */
let loop

answering(answerTo)

/**
 * @param {import('./laneData.ts').LaneMessage | import('./loopData.ts').LoopMessage} message
 * @returns {Promise<unknown>}
 */
async function answerTo(message) {
  if (message.kind === 'network') return openNetwork(message)
  if (message.kind === 'run') return run(message)
  if (message.kind === 'close') return closeNetwork()
  if (message.kind === 'steps') return loop?.steps(message.rows, message.batch, message.isCounted, message.constants)
  if (message.kind === 'states') return loop?.states()
  if (message.kind === 'dispose') return loop?.dispose()
  loop = await openLoop(ort, message.data)
  return undefined
}

/** @param {import('./laneData.ts').LaneNetwork} network */
async function openNetwork({ bytes, options, size }) {
  if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads
  session = await ort.InferenceSession.create(bytes.slice(), options) // a library takes no memory that is shared
  side = size
}

/** @param {import('./laneData.ts').LanePictures} pictures */
async function run({ pixels, count }) {
  const input = new ort.Tensor('uint8', pixels, [count, side, side, 3])
  const output = await session?.run({ [session.inputNames[0] ?? '']: input })
  const { data, dims } = output?.[session?.outputNames[0] ?? ''] ?? {}
  return { data, dims }
}

async function closeNetwork() {
  await session?.release()
  session = undefined
}
