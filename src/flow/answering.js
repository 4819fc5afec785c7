// @ts-check
// A thread's side of thread.ts. Plain JavaScript, since Node 20 starts no thread from a TypeScript file, and tests run the
// sources as they are.
import { parentPort } from 'node:worker_threads'

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)

/**
 * Answers messages one after another, in their order, with what `answerTo` gives or `{ error }`, until it is told to end: of
 * this thread alone, and between two calls of the library.
 *
 * @template M
 * @param {(message: M) => Promise<unknown>} answerTo
 * @param {Promise<unknown>} [first] what is answered before anything was asked
 */
export function answering(answerTo, first) {
  let turn = Promise.resolve(first?.then(answer => port.postMessage(answer)))
  port.on('message', (/** @type {M | 'end'} */ message) => {
    if (message === 'end') return process.exit()
    turn = turn.then(async () => port.postMessage(await answerTo(message).catch(error => ({ error }))))
  })
  port.on('messageerror', error => {
    turn = turn.then(() => port.postMessage({ error })) // memory had no room for the message: nobody waits for ever
  })
}
