import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { unreadableReason } from '../errors/system.ts'
import { systemCode } from '../errors.ts'
import { Turns, within } from '../flow/turns.ts'
import { DEFAULT_LIMITS, type DecodeLimits, MAX_FILE_BYTES } from './limits.ts'
import { PictureError } from './pictureError.ts'

/** Keeps the number of open files small, however many pictures the caller asks for at once. */
const turns = new Turns(16)

/** A picture's file as it was read. */
export interface PictureFile {
  readonly bytes: Uint8Array
  /** In bytes, and the time of change, as they were just before reading: a change since then shows against them. */
  readonly size: number
  readonly mtimeMs: number
}

/**
 * Reads a picture's bytes. Never waits for a FIFO's writer, never reads a device, and gives up a file that does not
 * come in time.
 *
 * @throws PictureError `unreadable`, `not-a-file`, `empty`, `too-large` or `timeout`
 */
export function readPicture(path: string, limits: DecodeLimits = DEFAULT_LIMITS): Promise<PictureFile> {
  const late = () => new PictureError('timeout', `not read within ${limits.timeoutMs / 1000} s`)
  return turns.run(() => within(limits.timeoutMs, readWhole(path), late))
}

async function readWhole(path: string): Promise<PictureFile> {
  let file: FileHandle | undefined
  try {
    // Without O_NONBLOCK, opening a FIFO waits for its writer. Windows has neither.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stat = await file.stat()
    if (stat.isDirectory()) throw new PictureError('not-a-file', 'a folder, not a file')
    if (!stat.isFile()) throw new PictureError('not-a-file', 'not a regular file')
    if (stat.size > MAX_FILE_BYTES) {
      const [size, limit] = [stat.size, MAX_FILE_BYTES].map(bytes => `${(bytes / 1e9).toFixed(1)} GB`)
      throw new PictureError('too-large', `${size}, the limit is ${limit}`)
    }
    const bytes = await file.readFile()
    if (bytes.length === 0) throw new PictureError('empty', 'an empty file')
    return { bytes, size: stat.size, mtimeMs: stat.mtimeMs }
  } catch (error) {
    throw error instanceof PictureError ? error : unreadable(error)
  } finally {
    // A failure to close a file that was only read changes nothing.
    await file?.close().catch(() => undefined)
  }
}

function unreadable(error: unknown): PictureError {
  const code = systemCode(error)
  const kind = code === 'EISDIR' || code === 'ENXIO' ? 'not-a-file' : 'unreadable'
  return new PictureError(kind, unreadableReason(error), error)
}
