import { type FileHandle, open } from 'node:fs/promises'
import { isDraftOf } from '../../disk/draft.ts'
import { rewriteAtomic } from '../../disk/writeAtomic.ts'
import { BYTE_ORDER_MARK, formatRecord, parseRecord } from './csv.ts'
import { damagedResults, type Entry, type Header, headerCells, TABLE_VERSION, upgraded } from './row.ts'

/** True for a leftover of a killed run. */
export function isResultsDraft(name: string): boolean {
  return isDraftOf('results.csv', name)
}

/** Bytes copied at a time. */
const PIECE = 1 << 20

/**
 * Replaces `results.csv` at once by one with these rows of it.
 *
 * @param version of the file that is there: rows of an earlier one are written as today's
 * @returns where the rows lie now, and the file's size
 */
export async function rewrite(
  path: string,
  labels: readonly string[],
  kept: readonly Entry[],
  version: Header['version'],
): Promise<{ entries: Entry[]; size: number }> {
  const header = Buffer.from(BYTE_ORDER_MARK + formatRecord(headerCells(labels)))
  const old = kept.length > 0 ? await open(path, 'r') : undefined
  try {
    // The name is on the disk too when this ends: rows that are added later must not be in a file without one.
    return await rewriteAtomic(path, async file => {
      await writeAll(file, header, 0)
      const placed = await (version === TABLE_VERSION
        ? copyRows(file, header.length)
        : upgradeRows(file, header.length))
      await old?.close() // Windows replaces no file that is open
      return placed
    })
  } finally {
    await old?.close()
  }

  async function copyRows(file: FileHandle, start: number) {
    let size = start
    for (const piece of pieces(kept)) {
      await writeAll(file, await bytesOf(piece), size)
      size += piece.end - piece.start
    }
    let at = start
    const entries = kept.map(entry => {
      const moved = { ...entry, start: at, end: at + entry.end - entry.start }
      at = moved.end
      return moved
    })
    return { entries, size }
  }

  async function upgradeRows(file: FileHandle, start: number) {
    const entries: Entry[] = []
    let size = start
    for (const entry of kept) {
      const line = (await bytesOf(entry)).toString().replace(/\n$/, '')
      const bytes = Buffer.from(formatRecord(upgraded(parseRecord(line))))
      await writeAll(file, bytes, size)
      entries.push({ ...entry, start: size, end: size + bytes.length })
      size += bytes.length
    }
    return { entries, size }
  }

  async function bytesOf({ start, end }: Pick<Entry, 'start' | 'end'>): Promise<Buffer> {
    const { buffer, bytesRead } = await old!.read(Buffer.alloc(end - start, '\n'), 0, end - start, start)
    // The last row may lack its line end, and gets it.
    if (bytesRead < end - start - 1) throw damagedResults(path, 'it was cut short meanwhile')
    return buffer
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
