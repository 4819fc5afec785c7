import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../disk/folder.ts'
import { formatRecord } from './csv.ts'
import { damagedResults, type Entry, headerCells } from './row.ts'

const DRAFT = /^\.results\.csv\.[0-9a-f]{12}\.tmp$/

/** True for a leftover of a killed run. */
export function isResultsDraft(name: string): boolean {
  return DRAFT.test(name)
}

/** Bytes copied at a time. */
const PIECE = 1 << 20

/** Replaces `results.csv` at once by one with these rows of it. @returns where they lie now, and its size */
export async function rewrite(
  path: string,
  labels: readonly string[],
  kept: readonly Entry[],
): Promise<{ entries: Entry[]; size: number }> {
  const draft = join(dirname(path), `.results.csv.${randomBytes(6).toString('hex')}.tmp`)
  const old = kept.length > 0 ? await open(path, 'r') : undefined
  try {
    const file = await open(draft, 'wx')
    let size = 0
    try {
      const header = Buffer.from(formatRecord(headerCells(labels)))
      await writeAll(file, header, 0)
      size = header.length
      for (const { start, end } of pieces(kept)) {
        const { buffer, bytesRead } = await old!.read(Buffer.alloc(end - start), 0, end - start, start)
        if (bytesRead < end - start) throw damagedResults(path, 'it was cut short meanwhile')
        await writeAll(file, buffer, size)
        size += bytesRead
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path)) // rows that are added later must not be in a file without a name
    let start = Buffer.byteLength(formatRecord(headerCells(labels)))
    const entries = kept.map(entry => {
      const moved = { ...entry, start, end: start + entry.end - entry.start }
      start = moved.end
      return moved
    })
    return { entries, size }
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
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
