import * as fs from 'node:fs'
import { promisify } from 'node:util'
import { openSoon } from '../disk/openSoon.ts'
import { isShortage, unreadableReason } from '../errors/system.ts'
import { systemCode } from '../errors.ts'
import { Turns, within } from '../flow/turns.ts'
import { pictureFormat } from './format.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { holdingFile } from './memory.ts'
import { PictureError } from './pictureError.ts'

// Promises of node:fs/promises, and its file handles, take twice as much of the processor, as much as a small picture's decoding.
const opened = promisify(fs.open)
const read = promisify(fs.read)
const stat = promisify(fs.stat)

/** Keeps the number of open files small, however many pictures the caller asks for at once. */
const turns = new Turns(16)

/** Of a file longer than this, so much is read at first: what is no picture by its start is not read to its end. */
const START = 65_536

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
 * @throws PictureError `unreadable`, `not-a-file`, `empty`, `too-large` or `timeout`, and for a long file that is no picture
 * @throws the system's error where too many files are open or memory is short, which is no fault of the picture
 */
export function readPicture(path: string, limits: DecodeLimits = DEFAULT_LIMITS): Promise<PictureFile> {
  return withPictureFile(path, limits, async file => file)
}

/**
 * Reads a picture and gives it to `use`; its bytes count as held in memory until `use` ends. Any number of calls may be
 * made at once: as many go on as memory has room for.
 *
 * @throws PictureError as `readPicture` does, and what `use` throws
 */
export async function withPictureFile<T>(
  path: string,
  limits: DecodeLimits,
  use: (file: PictureFile) => Promise<T>,
): Promise<T> {
  const size = await inTime(limits, () => lookAt(path, limits))
  return holdingFile(size, async () => use(await inTime(limits, () => readWhole(path, limits))))
}

/**
 * Reads a picture from a stream, no further than a picture may be long.
 *
 * @throws PictureError `empty` or `too-large`
 */
export async function readStream(
  chunks: AsyncIterable<Uint8Array>,
  { maxFileBytes }: DecodeLimits,
): Promise<Uint8Array> {
  const read: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    read.push(chunk)
    length += chunk.length
    if (length > maxFileBytes) {
      throw new PictureError('too-large', `more than the limit of ${megabytes(maxFileBytes)} (--max-file-mb)`)
    }
  }
  if (length === 0) throw new PictureError('empty', 'nothing came')
  return Buffer.concat(read)
}

function inTime<T>(limits: DecodeLimits, read: () => Promise<T>): Promise<T> {
  const late = () => new PictureError('timeout', `not read within ${limits.timeoutMs / 1000} s`)
  return turns.run(() => within(limits.timeoutMs, read(), late))
}

/** @returns the file's length */
async function lookAt(path: string, limits: DecodeLimits): Promise<number> {
  const { size } = await stat(path).catch(error => {
    throw unreadable(error)
  })
  refuseLong(size, limits)
  return size
}

async function readWhole(path: string, limits: DecodeLimits): Promise<PictureFile> {
  let file: number | undefined
  try {
    // Without O_NONBLOCK, opening a FIFO waits for its writer. Windows has neither.
    file = await openSoon(() => opened(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0)))
    const stats = fs.fstatSync(file) // what the system has just found out
    if (stats.isDirectory()) throw new PictureError('not-a-file', 'a folder, not a file')
    if (!stats.isFile()) throw new PictureError('not-a-file', 'not a regular file')
    refuseLong(stats.size, limits)
    const { size, mtimeMs } = stats
    if (size > START) pictureFormat(await readBytes(file, START))
    const bytes = await readBytes(file, size)
    if (bytes.length === 0) throw new PictureError('empty', 'an empty file')
    return { bytes, size, mtimeMs }
  } catch (error) {
    throw error instanceof PictureError ? error : unreadable(error)
  } finally {
    if (file !== undefined) closeQuietly(file)
  }
}

/** A failure to close a file that was only read changes nothing. */
function closeQuietly(file: number): void {
  try {
    fs.closeSync(file)
  } catch {}
}

function refuseLong(size: number, { maxFileBytes }: DecodeLimits): void {
  if (size <= maxFileBytes) return
  throw new PictureError('too-large', `${megabytes(size)}, the limit is ${megabytes(maxFileBytes)} (--max-file-mb)`)
}

/** The first `length` bytes, or as many as there are. */
async function readBytes(file: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await read(file, bytes, at, length - at, at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

/** As people write it: "12 MB". */
export function megabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`
}

/** A shortage of the machine stays what it is. */
function unreadable(error: unknown): unknown {
  if (isShortage(error)) return error
  const code = systemCode(error)
  const kind = code === 'EISDIR' || code === 'ENXIO' ? 'not-a-file' : 'unreadable'
  return new PictureError(kind, unreadableReason(error), error)
}
