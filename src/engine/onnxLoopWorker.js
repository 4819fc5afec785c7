// @ts-check
// A thread's side of onnxLoops.ts: one training loop after another.
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { openLoop } from './onnxLoop.js'

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)
/** @type {import('./onnxRuntime.ts').Ort} */
const ort = createRequire(import.meta.url)(workerData.library)
/** @type {import('./loopData.ts').Loop | undefined} */
let loop
let turn = Promise.resolve()

port.on('message', (/** @type {import('./loopData.ts').LoopMessage | 'end'} */ message) => {
  if (message === 'end') return process.exit() // of this thread alone, and between two calls of the library
  turn = turn.then(async () => port.postMessage(await answerTo(message).catch(error => ({ error }))))
})

/**
 * @param {import('./loopData.ts').LoopMessage} message
 * @returns {Promise<unknown>}
 */
async function answerTo(message) {
  if (message.kind === 'steps') return loop?.steps(message.rows)
  if (message.kind === 'states') return loop?.states()
  if (message.kind === 'dispose') return loop?.dispose()
  loop = await openLoop(ort, message.data)
  return undefined
}
