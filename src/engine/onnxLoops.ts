import { availableParallelism } from 'node:os'
import { Turns } from '../flow/turns.ts'
import type { Loop, LoopData, LoopMessage } from './loopData.ts'
import { openLoop } from './onnxLoop.js'
import type { Ort } from './onnxRuntime.ts'
import { keepThread, takeThread } from './onnxThreads.ts'

/** Makes a training loop ready in this thread, or, so that several run at once, in one of its own. */
export async function startLoop(ort: Ort, data: LoopData, apart: boolean): Promise<Loop> {
  return apart ? startApart(data) : openLoop(ort, data)
}

/** Loops in threads at a time: each keeps a core busy, and a further thread costs its start. */
const turns = new Turns(availableParallelism())

async function startApart(data: LoopData): Promise<Loop> {
  await turns.take()
  const thread = takeThread()
  const ask = (message: LoopMessage) => thread.ask(message)
  await ask({ kind: 'loop', data }).catch(async error => {
    turns.leave()
    await thread.end()
    throw error
  })
  return {
    steps: async (rows, batch, isCounted, constants) =>
      (await ask({ kind: 'steps', rows, batch, isCounted, constants })) as Float32Array | undefined,
    states: async () => (await ask({ kind: 'states' })) as Record<string, Float32Array>,
    dispose: async () => {
      await ask({ kind: 'dispose' })
        .then(
          () => keepThread(thread),
          async error => {
            await thread.end()
            throw error
          },
        )
        .finally(() => turns.leave()) // which takes the thread that is idle now
    },
  }
}
