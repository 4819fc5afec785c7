import { type FileHandle, open } from 'node:fs/promises'
import { isDraftOf } from '../../disk/draft.ts'
import { rewriteAtomic } from '../../disk/writeAtomic.ts'
import { formatRecord } from './csv.ts'
import { damagedResults, type Entry, headerCells } from './row.ts'

/** True for a leftover of a killed run. */
export function isResultsDraft(name: string): boolean {
  return isDraftOf('results.csv', name)
}

/** Bytes copied at a time. */
const PIECE = 1 << 20

/** Replaces `results.csv` at once by one with these rows of it. @returns where they lie now, and its size */
export async function rewrite(
  path: string,
  labels: readonly string[],
  kept: readonly Entry[],
): Promise<{ entries: Entry[]; size: number }> {
  const header = Buffer.from(formatRecord(headerCells(labels)))
  const old = kept.length > 0 ? await open(path, 'r') : undefined
  try {
    // The name is on the disk too when this ends: rows that are added later must not be in a file without one.
    const size = await rewriteAtomic(path, async file => {
      let written = header.length
      await writeAll(file, header, 0)
      for (const { start, end } of pieces(kept)) {
        const { buffer, bytesRead } = await old!.read(Buffer.alloc(end - start), 0, end - start, start)
        if (bytesRead < end - start) throw damagedResults(path, 'it was cut short meanwhile')
        await writeAll(file, buffer, written)
        written += bytesRead
      }
      await old?.close() // Windows replaces no file that is open
      return written
    })
    let start = header.length
    const entries = kept.map(entry => {
      const moved = { ...entry, start, end: start + entry.end - entry.start }
      start = moved.end
      return moved
    })
    return { entries, size }
  } finally {
    await old?.close()
  }
}

/** The rows' bytes, neighbours together. */
function* pieces(entries: readonly Entry[]): Generator<{ start: number; end: number }> {
  let piece: { start: number; end: number } | undefined
  for (const { start, end } of entries) {
    if (piece && piece.end === start && end - piece.start <= PIECE) piece.end = end
    else {
      if (piece) yield piece
      piece = { start, end }
    }
  }
  if (piece) yield piece
}

/** A write may take less than it was given when the disk is about to be full. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}
