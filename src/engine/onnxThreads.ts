import { IdleThreads } from '../flow/idleThreads.ts'
import { AnsweringThread } from '../flow/thread.ts'
import { LIBRARIES, type OrtName } from './onnxRuntime.ts'

/** How long a thread waits for more to do, in milliseconds: its start takes 50. */
const IDLE_MS = 1000
/** The same of one that has had nothing to do yet: what comes before takes longer where other programs compute. */
const PREPARED_MS = 10_000

/** Threads that have loaded a library, and run a network or a training loop, one after another: those that have none. */
const idle: Readonly<Record<OrtName, IdleThreads>> = { onnx: new IdleThreads(), wasm: new IdleThreads() }

/** Networks' threads that are to be left for what comes after. */
let wanted = 0

/** Starts threads for what comes soon, until so many wait. */
export function prepareThreads(count: number, name: OrtName = 'onnx'): void {
  while (idle[name].count < count) idle[name].keep(newThread(name), PREPARED_MS)
}

/** Has networks leave so many of their threads when they are done: training loops come after them. */
export function wantThreads(count: number): void {
  wanted = count
}

/** A thread of its taker's own. */
export function takeThread(name: OrtName = 'onnx'): AnsweringThread {
  return idle[name].take() ?? newThread(name)
}

/** Leaves a thread that has nothing to do to whoever takes one next. */
export function keepThread(thread: AnsweringThread, name: OrtName = 'onnx'): void {
  idle[name].keep(thread, IDLE_MS)
}

/** Whether a network's thread is wanted by a loop; who asks leaves it then. */
export function isThreadWanted(name: OrtName): boolean {
  if (name !== 'onnx' || wanted === 0) return false
  wanted--
  return true
}

/** Ends the threads that have nothing to do: a process that is over ends one after another of those that are still there. */
export function endThreads(): void {
  wanted = 0
  idle.onnx.end()
}

function newThread(name: OrtName): AnsweringThread {
  return new AnsweringThread(new URL('./onnxWorker.js', import.meta.url), { library: LIBRARIES[name] })
}
