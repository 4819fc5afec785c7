import { availableParallelism } from 'node:os'
import { IdleThreads } from '../flow/idleThreads.ts'
import { AnsweringThread } from '../flow/thread.ts'
import { Turns } from '../flow/turns.ts'
import type { Loop, LoopData, LoopMessage } from './loopData.ts'
import { openLoop } from './onnxLoop.js'
import { LIBRARIES, type Ort } from './onnxRuntime.ts'

/** A thread that nobody has use for ends after so many milliseconds: another loop may come, and a start takes 50. */
const IDLE_MS = 1000
/** The same of one that was started before there was a loop: what comes first takes longer where other programs compute. */
const PREPARED_MS = 10_000

/** Makes a training loop ready in this thread, or, so that several run at once, in one of its own. */
export async function startLoop(ort: Ort, data: LoopData, apart: boolean): Promise<Loop> {
  return apart ? startApart(data) : openLoop(ort, data)
}

/** Loops in threads at a time: each keeps a core busy, and a further thread costs its start. */
const turns = new Turns(availableParallelism())

/** Threads without a loop. */
const idle = new IdleThreads()

/** Starts threads for loops that are to come soon, as many as there are cores for. */
export function prepareThreads(count: number): void {
  while (idle.count < Math.min(count, availableParallelism())) idle.keep(newThread(), PREPARED_MS)
}

/** Ends the threads that have no loop: a process that is over ends one after another of those that are still there. */
export function endThreads(): void {
  idle.end()
}

function newThread(): AnsweringThread {
  return new AnsweringThread(new URL('./onnxLoopWorker.js', import.meta.url), { library: LIBRARIES.onnx })
}

async function startApart(data: LoopData): Promise<Loop> {
  await turns.take()
  const thread = idle.take() ?? newThread()
  const ask = (message: LoopMessage) => thread.ask(message)
  await ask({ kind: 'open', data }).catch(async error => {
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
          () => idle.keep(thread, IDLE_MS),
          async error => {
            await thread.end()
            throw error
          },
        )
        .finally(() => turns.leave()) // which takes the thread that is idle now
    },
  }
}
