// @ts-check
// A thread's side of onnxLoops.ts: one training loop after another.
import { createRequire } from 'node:module'
import { workerData } from 'node:worker_threads'
import { answering } from '../flow/answering.js'
import { openLoop } from './onnxLoop.js'

/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(workerData.library)
/** @type {import('./loopData.ts').Loop | undefined} */
let loop

answering(answerTo)

/**
 * @param {import('./loopData.ts').LoopMessage} message
 * @returns {Promise<unknown>}
 */
async function answerTo(message) {
  if (message.kind === 'steps') return loop?.steps(message.rows, message.batch, message.isCounted, message.constants)
  if (message.kind === 'states') return loop?.states()
  if (message.kind === 'dispose') return loop?.dispose()
  loop = await openLoop(ort, message.data)
  return undefined
}
