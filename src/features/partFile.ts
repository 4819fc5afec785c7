import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { openSoon } from '../disk/openSoon.ts'
import { systemCode } from '../errors.ts'
import { HEADING_WITHIN, isSealed } from '../table/seal.ts'

/** A part of a fleet may be larger than those written here; anything beyond this is none. */
const LARGEST = 512 << 20

/** Memory for one file after another: getting it anew for each would cost more than reading them. */
export class Memory {
  #bytes = new Uint8Array(0)

  of(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length)
    return this.#bytes.subarray(0, length)
  }
}

/** Opens a part for `use`, and closes it. No link is followed, no pipe waited for. @throws Error for what is no part's file */
export async function withPartFile<T>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<T>,
  largest = LARGEST,
): Promise<T> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await openSoon(() => open(path, flags))
  try {
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > largest) throw new Error('it is no file of a likely size')
    return await use(file, stats.size)
  } finally {
    await file.close()
  }
}

/** Fills `bytes` from a place in a file. @throws Error when the file ends before */
export async function readSpan(file: FileHandle, bytes: Uint8Array, position: number): Promise<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, position + at)
    if (bytesRead === 0) throw new Error('it was cut short')
    at += bytesRead
  }
  return bytes
}

/** A file's bytes at the start of an ArrayBuffer, so that the arrays inside them need no copy. */
export function readWhole(path: string, memory: Memory = new Memory()): Promise<Uint8Array> {
  return withPartFile(path, (file, size) => readSpan(file, memory.of(size), 0))
}

/** Whether something is there that itc did not write. */
export function isForeign(path: string): Promise<boolean> {
  const unsealed = async (file: FileHandle, size: number) =>
    !isSealed(await readSpan(file, new Uint8Array(Math.min(size, HEADING_WITHIN)), 0))
  return withPartFile(path, unsealed, Number.POSITIVE_INFINITY).catch(error => systemCode(error) !== 'ENOENT')
}
