import { availableParallelism } from 'node:os'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import type { EngineName } from './engine.ts'

/** Heads that are to be trained side by side. */
export interface HeadsSize {
  readonly rows: number
  readonly categories: number
  readonly heads: number
  readonly batch: number
  readonly steps: number
}

/** Products from which on a thread's start, 50 ms, is worth it: a tenth of a second of them (bench/). */
const FROM_PRODUCTS = 1e9
/** A thread has a copy of the kernel: up to 2,800 rows. */
const MOST_BYTES = 32e6

/** Whether heads are best trained in threads of their own, several plans at a time, where each plan keeps one core busy. */
export function worthThreads(engine: EngineName, { rows, categories, heads, batch, steps }: HeadsSize): boolean {
  if (engine !== 'onnx' || availableParallelism() < 2 || isMemoryLittle()) return false
  const products = steps * batch * heads * categories * rows
  return products >= FROM_PRODUCTS && 4 * rows * Math.max(rows, heads * categories) <= MOST_BYTES
}
