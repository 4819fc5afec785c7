import { type FileHandle, lstat, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { draftOf } from './draft.ts'
import { syncFolder } from './folder.ts'
import { dropFile, renamePatiently } from './patience.ts'
import { placeNew } from './transfer.ts'

/** A file's content, whole or in parts. */
type FileData = Uint8Array | string | readonly Uint8Array[]

/** From the draft to its place. */
type Move = readonly [draft: string, path: string]

/**
 * Writes a file so that a reader, or a crash at any moment, finds the old one whole or the new one whole: a neighbour is
 * written, synced to the disk and renamed.
 */
export async function writeAtomic(path: string, data: FileData): Promise<void> {
  await writeTogether([[path, data]])
}

/**
 * Writes files that belong together, each as `writeAtomic` does: all of them lie on the disk before the first is renamed,
 * and then they take their places in turn, within an instant.
 *
 * @param draftFolder of the same disk, where what a crash leaves is found and removed; else each file's own
 */
export async function writeTogether(
  files: readonly (readonly [path: string, data: FileData])[],
  draftFolder?: string,
): Promise<void> {
  const moves = files.map(([path]): Move => [draftOf(path, draftFolder), path])
  await withDrafts(moves, async () => {
    const written = await Promise.allSettled(files.map(([, data], at) => writeSynced(moves[at]![0], data)))
    const failed = written.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    await takePlaces(moves)
  })
}

/** As `writeAtomic`, for content that comes bit by bit. @returns what `write` does */
export async function rewriteAtomic<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const draft = draftOf(path)
  return withDrafts([[draft, path]], async () => {
    const result = await inSynced(draft, write)
    await takePlaces([[draft, path]])
    return result
  })
}

/** As `writeAtomic`, for a file that must not be there yet. @throws the system's `EEXIST` when it is */
export async function writeNew(path: string, data: FileData): Promise<void> {
  const draft = draftOf(path)
  await withDrafts([[draft, path]], async () => {
    await writeSynced(draft, data)
    await placeNew(draft, path)
    await dropFile(draft) // a second name of the same file
    await syncFolder(dirname(path))
  })
}

/** As `writeNew`, for content that comes bit by bit; a file that is in the way is told of before the first of it is asked for. */
export async function writeNewStream(path: string, pieces: AsyncIterable<Uint8Array | string>): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (there) throw Object.assign(new Error(`"${path}" exists`), { code: 'EEXIST', path })
  const draft = draftOf(path)
  await withDrafts([[draft, path]], async () => {
    await inSynced(draft, async file => {
      for await (const piece of pieces) await file.writeFile(piece)
    })
    await placeNew(draft, path)
    await dropFile(draft)
    await syncFolder(dirname(path))
  })
}

/** The only place where one file of ours goes over another. */
async function takePlaces(moves: readonly Move[]): Promise<void> {
  for (const [draft, path] of moves) await renamePatiently(draft, path)
  // What they replace may be removed next: a power cut must not leave neither.
  for (const folder of new Set(moves.map(([, path]) => dirname(path)))) await syncFolder(folder)
}

/** A failure leaves no drafts. */
async function withDrafts<T>(moves: readonly Move[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await Promise.all(moves.map(([draft]) => dropFile(draft)))
    throw error
  }
}

function writeSynced(path: string, data: FileData): Promise<void> {
  return inSynced(path, async file => {
    // Each goes on where the one before ended.
    for (const part of isWhole(data) ? [data] : data) await file.writeFile(part)
  })
}

async function inSynced<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'wx')
  try {
    const result = await write(file)
    await file.sync()
    return result
  } finally {
    await file.close()
  }
}

function isWhole(data: FileData): data is Uint8Array | string {
  return typeof data === 'string' || data instanceof Uint8Array
}
