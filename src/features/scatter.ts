import type { FileHandle } from 'node:fs/promises'
import type { Turns } from '../flow/turns.ts'
import { HASH_BYTES } from '../table/arrow.ts'
import { checkSeal, readHeading } from '../table/seal.ts'
import { checksumsOf, headingOf } from './part.ts'
import { readSpan, withPartFile } from './partFile.ts'
import type { Run, WantedRows } from './wantedRows.ts'

/** Holds a part's heading and hashes, unless it is a fleet's large one. */
const START = 1 << 18
/** What one call can take; a part whose rows go to more places is read in another way. */
const MOST_RUNS = 512

/** A part's rows in their places, not yet held against its checksums. */
export interface Scattered {
  /** @throws Error when they are not as they were written; then the places are empty again */
  readonly check: () => void
}

/**
 * Reads a part's vectors to where they are wanted, with no copy between. So most of the work is done by the system, while
 * the part before this one is checked.
 *
 * @param reading so many read their vectors at a time
 * @returns undefined for a part that can't be read so: not all of it is wanted, it has other vectors, or is damaged
 */
export async function scatter(
  path: string,
  identity: string,
  rows: WantedRows,
  reading: Turns,
): Promise<Scattered | undefined> {
  return withPartFile(path, async (file, size) => {
    const start = await readSpan(file, new Uint8Array(Math.min(size, START)), 0)
    const { content, left } = readHeading(start, size)
    const said = headingOf(content)
    const { hashesAt, crc32, finite = false } = said
    const [hashesEnd, length] = [hashesAt + said.rows * HASH_BYTES, said.rows * said.width * 4]
    const isUsual = left.start <= start.length && hashesEnd <= left.start && length === left.end - left.start
    if (said.identity !== identity || said.half || said.width !== rows.width || !isUsual) return undefined
    const end = await readSpan(file, new Uint8Array(size - left.end), left.end)
    checkSeal(content, start.subarray(0, left.start), end)
    const runs = rows.claim(start.subarray(hashesAt, hashesEnd), said.rows)
    const places = runs.map(run => rows.placeOf(run))
    if (runs.length === 0) return { check: () => undefined }
    const read = () => readInto(file, places, left.start, length)
    if (!isWhole(runs, said.rows) || !(await reading.run(read))) {
      rows.giveUp(runs)
      return undefined
    }
    return {
      check: () => {
        const found = checksumsOf(places.map(bytesOf))
        if (found.length === crc32.length && found.every((crc, at) => crc === crc32[at])) {
          return rows.settle(runs, finite)
        }
        rows.giveUp(runs)
        throw new Error('a checksum does not match')
      },
    }
  })
}

/** Whether the runs are all of a part. */
function isWhole(runs: readonly Run[], rows: number): boolean {
  return runs.length <= MOST_RUNS && runs.reduce((sum, { start, end }) => sum + end - start, 0) === rows
}

/** False when not all of it came at once: where a sector can't be read, say. */
function readInto(file: FileHandle, places: readonly Float32Array[], position: number, length: number) {
  return file.readv([...places], position).then(
    ({ bytesRead }) => bytesRead === length,
    () => false,
  )
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
