import { availableParallelism } from 'node:os'
import type { Backbone } from '../backbone/backbone.ts'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import type { OrtName } from './onnxRuntime.ts'

/** Every thread has a copy of the network. */
const MOST_LANES = 4
/** From how many pictures the threads' start is worth it (measured, bench/). */
const FROM_PICTURES: Readonly<Record<OrtName, number>> = { onnx: 150, wasm: 40 }
/** Larger networks and inputs keep all cores busy in one session, and their copies would not be cheap. */
const MOST_BYTES = 40_000_000
const MOST_SIZE = 384

/** In how many threads, with a session each, so many pictures are done fastest; 0: in none, one session on all cores. */
export function worthLanes(bytes: Uint8Array, backbone: Backbone, pictures: number, name: OrtName = 'onnx'): number {
  return bytes.byteLength <= MOST_BYTES ? lanesOfSmall(backbone, pictures, name) : 0
}

/** The same of a network that is known not to be large, before its bytes are there. */
export function lanesOfSmall({ recipe }: Backbone, pictures: number, name: OrtName): number {
  if (isMemoryLittle()) return 0
  const cores = availableParallelism()
  const isWorth = recipe.size <= MOST_SIZE && cores > 1 && pictures >= FROM_PICTURES[name]
  return isWorth ? Math.min(MOST_LANES, cores) : 0
}
