import { readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { draftOf } from '../disk/draft.ts'
import { makeFolder } from '../disk/folder.ts'
import { dropFile } from '../disk/patience.ts'
import { systemError } from '../errors/system.ts'
import { UserError } from '../errors.ts'
import { pause } from '../flow/pause.ts'
import { halvesToFloats } from '../graph/tensor.ts'

/** Rows that are read between two pauses: a read of a row that the system holds takes 3 µs, a promise of one 20. */
const SLICE = 512

/** Numbers of a row: float32, or the bits of float16. */
export type RowNumbers = Float32Array | Uint16Array

/** What is kept of numbers of a row that begin at a column, till the next are asked for; these themselves unless given. */
export type Prepare = (numbers: RowNumbers, column: number) => Float32Array

/**
 * Rows of numbers in a file without a name, which is gone with the process, however that ends: for more of them than fit into
 * memory. Written once, in any order, then read in any order.
 */
export class RowFile {
  readonly width: number
  readonly #prepare: Prepare
  readonly #file: FileHandle
  readonly #path: string
  #rows = 0
  #isClosed = false

  private constructor(file: FileHandle, path: string, width: number, prepare: Prepare | undefined) {
    this.#file = file
    this.#path = path
    this.#prepare = prepare ?? floatsOf
    this.width = width
  }

  /** @param folder on a disk with room for the rows, 4 bytes a number; @throws UserError of the disk */
  static async create(folder: string, width: number, prepare?: Prepare): Promise<RowFile> {
    const path = draftOf(join(folder, 'rows'))
    const made = makeFolder(folder).then(() => open(path, 'wx+'))
    const file = await made.catch(cause => explain(path, cause))
    await dropFile(path) // what is open stays readable; where a system keeps the name till then, `close` removes it
    return new RowFile(file, path, width, prepare)
  }

  /** Rows that are there, gaps between those that were put included. */
  get rows(): number {
    return this.#rows
  }

  /** Puts rows behind those that are there: [some, width]. @throws UserError of the disk, such as `E_DISK_FULL` */
  async add(values: Float32Array): Promise<void> {
    for (let from = 0; from < values.length; from += this.width) {
      this.put(this.#rows, 0, values.subarray(from, from + this.width))
      if (this.#rows % SLICE === 0) await pause()
    }
  }

  /** Puts numbers of a row in their place, from a column on. @throws UserError of the disk, such as `E_DISK_FULL` */
  put(row: number, column: number, numbers: RowNumbers): void {
    this.#write(row * this.width + column, this.#prepare(numbers, column))
    this.#rows = Math.max(this.#rows, row + 1)
  }

  /** Changes all rows, some at a time: [some, width]. @throws the signal's reason when aborted */
  async change(change: (rows: Float32Array) => void, signal?: AbortSignal): Promise<void> {
    const memory = new Float32Array(Math.min(SLICE, this.#rows) * this.width)
    for (let first = 0; first < this.#rows; first += SLICE) {
      await pause(signal)
      const chosen = Int32Array.from({ length: Math.min(SLICE, this.#rows - first) }, (_, at) => first + at)
      const rows = await this.read(chosen, memory)
      change(rows)
      this.#write(first * this.width, rows)
    }
  }

  #write(position: number, values: Float32Array): void {
    const bytes = bytesOf(values)
    try {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(this.#file.fd, bytes, at, bytes.length - at, 4 * position + at)
      }
    } catch (cause) {
      explain(this.#path, cause)
    }
  }

  /**
   * @param chosen row numbers in any order
   * @param memory for them, where it is enough
   * @returns what was kept, [chosen, width]
   */
  async read(chosen: Int32Array, memory?: Float32Array): Promise<Float32Array> {
    const numbers = chosen.length * this.width
    const values = memory && memory.length >= numbers ? memory.subarray(0, numbers) : new Float32Array(numbers)
    await this.#readInto(chosen, bytesOf(values), 4 * this.width)
    return values
  }

  /** In the order of the file, and what lies side by side in both at once. */
  async #readInto(chosen: Int32Array, bytes: Uint8Array, size: number): Promise<void> {
    const order = Int32Array.from(chosen.keys()).sort((a, b) => chosen[a]! - chosen[b]! || a - b)
    for (let at = 0, next = 0; at < order.length; at = next) {
      const [to, row] = [order[at]!, chosen[order[at]!]!]
      next = at + 1
      while (next - at < SLICE && order[next] === to + next - at && chosen[order[next]!] === row + next - at) next++
      const length = (next - at) * size
      if (readSync(this.#file.fd, bytes, to * size, length, row * size) !== length) {
        throw new Error(`there is no whole row of ${size} bytes to read`)
      }
      if (Math.floor(at / SLICE) !== Math.floor(next / SLICE)) await pause()
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#file.close()
    await dropFile(this.#path)
  }
}

export function floatsOf(numbers: RowNumbers): Float32Array {
  return numbers instanceof Float32Array ? numbers : halvesToFloats(numbers)
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** @throws UserError for what the disk refuses, else the cause itself */
function explain(path: string, cause: unknown): never {
  const known = systemError(cause)
  if (known?.code === undefined) throw cause
  const message = `The bottlenecks of more pictures than fit into memory can't be kept in "${path}": ${known.reason}.`
  throw new UserError(known.code, message, { hint: `${known.remedy}.`, cause })
}
