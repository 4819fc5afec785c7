import { readFileSync } from 'node:fs'
import { PAGE, PlainSums, type Sums } from './plainSums.ts'

/** What is used of a global that the types of Node.js lack. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (compiled: object) => { readonly exports: object }
}

/** Bytes of a pixel, RGB or RGBA, of which the last one has no meaning. */
export type Channels = 3 | 4

/** Interleaved pixels in the memory of this file, till `hold` is called again. */
export interface Held {
  readonly at: number
  readonly width: number
  readonly height: number
  readonly channels: Channels
  /** From one row to the next. */
  readonly rowBytes: number
}

/** How each line of a result is a sum of `taps` lines that lie side by side. */
export interface Lines {
  readonly length: number
  readonly taps: number
  /** The first of those that each is a sum of, [length]. What lies before or behind all lines is the outermost one again. */
  readonly firsts: Int32Array
  /** Weights in 1/4096, [length, taps]; of a line together 1 at most. */
  readonly weights: Uint16Array
}

/** What `npm run build` makes of assembly/sums.ts: the same from `src/` and from `dist/`. */
const COMPILED = new URL('../../dist/image/sums.wasm', import.meta.url)
/** Memory of more than this is not kept for the next picture. */
const KEPT = 8e6

let module: object | undefined
let sums: Sums | undefined
let isPlain = false
/** Where free memory begins. */
let free = 0

function started(): Sums {
  sums ??= (isPlain ? undefined : compiled()) ?? new PlainSums()
  return sums
}

function compiled(): Sums | undefined {
  try {
    module ??= new WebAssembly.Module(readFileSync(COMPILED))
    return new WebAssembly.Instance(module).exports as unknown as Sums
  } catch {
    isPlain = true // it would get no memory the next time either
    return undefined
  }
}

/** @param beyond bytes that may be read or written behind what is taken */
function take(length: number, beyond: number): number {
  const at = free
  free += (length + 15) & ~15
  const { memory } = started()
  const lacking = free + beyond + 16 - memory.buffer.byteLength
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE))
  return at
}

/** Makes room for a picture, in place of all others that are held. @returns where its pixels are to be put, before anything is summed */
export function hold(width: number, height: number, channels: Channels): { held: Held; bytes: Uint8Array } {
  if (started().memory.buffer.byteLength > KEPT) sums = undefined
  free = 0
  const at = take(width * height * channels, 0)
  const bytes = new Uint8Array(started().memory.buffer, at, width * height * channels)
  return { held: { at, width, height, channels, rowBytes: width * channels }, bytes }
}

/** [height, width, channels] → [height, length, 3] */
export function sumAcross({ at, width, height, channels, rowBytes }: Held, lines: Lines): Held {
  const { length, taps } = lines
  const groups = Math.ceil(taps / 4)
  const table = putTable(lines, width, channels, groups * 4)
  const to = take(length * height * 3, groups * 16)
  started().across(at, rowBytes, height, channels, to, length, table, groups)
  return { at: to, width: length, height, channels: 3, rowBytes: length * 3 }
}

/** [height, width, channels] → [length, width, channels] */
export function sumDown({ at, width, height, channels, rowBytes }: Held, lines: Lines): Held {
  const { length, taps } = lines
  const pairs = Math.ceil(taps / 2)
  const table = putTable(lines, height, rowBytes, pairs * 2)
  const bytes = width * channels
  const to = take(length * bytes, pairs * 2 * rowBytes)
  started().down(at, rowBytes, bytes, to, length, table, pairs)
  return { at: to, width, height: length, channels, rowBytes: bytes }
}

/** What is held of RGB, without what lies between rows: its memory is used again. */
export function viewOf({ at, width, height }: Held): Uint8Array {
  return new Uint8Array(started().memory.buffer, at, width * height * 3)
}

/**
 * For each line of the result, how far its first one is from the start, and the weights of so many from there on; in memory.
 *
 * @param from lines that there are
 * @returns where it lies
 */
function putTable({ length, taps, firsts, weights }: Lines, from: number, toNext: number, most: number): number {
  const size = 4 + 2 * most
  const at = take(length * size, 0)
  const view = new DataView(started().memory.buffer, at, length * size)
  for (let line = 0, entry = 0; line < length; line++, entry += size) {
    const first = within(firsts[line]!, from)
    view.setInt32(entry, first * toNext, true)
    for (let place = 0; place < most; place++) view.setInt16(entry + 4 + 2 * place, 0, true)
    for (let tap = 0; tap < taps; tap++) {
      const weightAt = entry + 4 + 2 * (within(firsts[line]! + tap, from) - first)
      view.setInt16(weightAt, view.getInt16(weightAt, true) + weights[line * taps + tap]!, true)
    }
  }
  return at
}

const within = (line: number, lines: number) => Math.min(Math.max(line, 0), lines - 1)
