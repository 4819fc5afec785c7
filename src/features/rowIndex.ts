import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { BLOCK, keysOf, rowKey, type StoredPart } from './part.ts'
import type { PartFolder } from './partFolder.ts'

/** Where a part's vectors lie in its file. */
interface Place {
  readonly path: string
  readonly start: number
  readonly bytesPerRow: number
  readonly bytes: number
  readonly half: boolean
  readonly crc32: readonly number[]
}

/**
 * Finds single rows of an identity's parts, in any order: for pictures whose hash is learnt one by one. Reading them all in
 * one pass is many times faster; see `PartCache.readAll`.
 */
export class RowIndex {
  readonly #places: Place[] = []
  /** By `rowKey`: the place's number, then the row in it. */
  readonly #rows = new Map<string, readonly [place: number, row: number]>()

  static async of(folder: PartFolder, identity: string): Promise<RowIndex> {
    const index = new RowIndex()
    for await (const stored of folder.parts(identity)) index.add(folder.path, stored)
    return index
  }

  add(folder: string, { name, part }: StoredPart): void {
    const { vectors, width, crc32 } = part
    const place = this.#places.length
    this.#places.push({
      path: join(folder, name),
      start: vectors.byteOffset, // the file was read to the start of its ArrayBuffer
      bytesPerRow: width * vectors.BYTES_PER_ELEMENT,
      bytes: vectors.byteLength,
      half: vectors instanceof Uint16Array,
      crc32,
    })
    for (const [row, key] of keysOf(part).entries()) if (!this.#rows.has(key)) this.#rows.set(key, [place, row])
  }

  /** One row; undefined when it is not there, or not as it was written. */
  async read(hash: string): Promise<Float32Array | Uint16Array | undefined> {
    const at = this.#rows.get(rowKey(hash))
    if (at === undefined) return undefined
    const place = this.#places[at[0]]!
    const [first, last] = [at[1] * place.bytesPerRow, (at[1] + 1) * place.bytesPerRow]
    const from = Math.floor(first / BLOCK) * BLOCK
    const to = Math.min(Math.ceil(last / BLOCK) * BLOCK, place.bytes)
    const bytes = await readSpan(place.path, place.start + from, to - from).catch(() => undefined)
    if (bytes === undefined || !isSound(bytes, place.crc32, from / BLOCK)) return undefined
    const row = bytes.slice(first - from, last - from).buffer
    return place.half ? new Uint16Array(row) : new Float32Array(row)
  }
}

function isSound(bytes: Uint8Array, crcs: readonly number[], firstBlock: number): boolean {
  for (let at = 0; at < bytes.length; at += BLOCK) {
    if (crc32(bytes.subarray(at, at + BLOCK)) !== crcs[firstBlock + at / BLOCK]) return false
  }
  return true
}

async function readSpan(path: string, position: number, length: number): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r')
  try {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await file.read(bytes, 0, length, position)
    return bytesRead === length ? bytes : undefined
  } finally {
    await file.close()
  }
}
