import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readJson, writeJson } from '../disk/json.ts'
import { removeFile } from '../disk/patience.ts'
import { looseObject, name, optional, whole } from '../schema.ts'
import type { HttpAnswer, HttpClient } from '../storage/http.ts'
import { transferProblem } from '../storage/http.ts'

export interface TransferOptions {
  /** Silence after which a connection is given up. */
  readonly stallMs: number
  /** Attempts in a row that may bring nothing before the transfer is given up. */
  readonly attempts: number
  /** Pause after the first failure; doubled after each further one. */
  readonly pauseMs: number
  readonly signal: AbortSignal | undefined
  /** More are not taken. */
  readonly mostBytes: number
  readonly onProgress: (received: number, total: number | undefined) => void
}

/** A transfer that failed: in words that end a sentence, and whether trying again may help. */
export class TransferError extends Error {
  readonly again: boolean
  /** The server's own wish. */
  readonly pauseMs: number

  constructor(message: string, options: { again: boolean; pauseMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.again = options.again
    this.pauseMs = options.pauseMs ?? 0
  }
}

class TooLargeError extends TransferError {
  constructor(mostBytes: number) {
    super(`it is larger than ${Math.floor(mostBytes / 1e6).toLocaleString('en')} MB`, { again: false })
  }
}

/** The part of a file that was received earlier, and the ETag or date by which the server names its version. */
interface Kept {
  readonly size: number
  readonly validator: string
  readonly total: number | undefined
}

const notesSchema = looseObject({ validator: name, total: optional(whole) })

const LONGEST_PAUSE_MS = 30_000

/**
 * Fetches an address into the file `part`, continuing what an earlier call left there if it is still the same file.
 * Tries again after cuts, stalls and a server's passing troubles.
 *
 * @throws TransferError; the signal's reason when aborted
 */
export async function transfer(client: HttpClient, address: string, part: string, options: TransferOptions) {
  let most = await sizeOf(part)
  for (let failures = 0; ; ) {
    try {
      return await attempt(client, address, part, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof TransferError)) throw error
      const failure = error
      if (failure instanceof TooLargeError) await dropPart(part) // nobody has use for its start
      const size = await sizeOf(part)
      failures = size > most ? 1 : failures + 1
      most = Math.max(most, size)
      if (!failure.again || failures >= options.attempts) throw failure
      const pause = Math.max(failure.pauseMs, options.pauseMs * 2 ** (failures - 1))
      await sleep(Math.min(pause, LONGEST_PAUSE_MS), undefined, options.signal ? { signal: options.signal } : {})
    }
  }
}

/** Forgets what was received so far. */
export async function dropPart(part: string): Promise<void> {
  await removeFile(part)
  await removeFile(notesPath(part))
}

async function attempt(client: HttpClient, address: string, part: string, options: TransferOptions): Promise<void> {
  const kept = await readKept(part)
  const headers: Record<string, string> = kept ? { range: `bytes=${kept.size}-`, 'if-range': kept.validator } : {}
  const transferError = (error: unknown) => asTransferError(error, options)
  const answer = await client.get(address, headers, options.signal).catch((error: unknown) => {
    throw transferError(error)
  })
  try {
    if (answer.status === 416 && kept && isWhole(answer, kept)) return
    const { start, total } = await placeOf(answer, kept, part)
    if ((total ?? 0) > options.mostBytes) throw new TooLargeError(options.mostBytes)
    if (start === 0) await writeNotes(part, answer, total)
    await receive(answer, part, start, total, options)
  } finally {
    // An answer not read to its end still holds its connection.
    answer.body.on('error', () => {}).destroy()
  }
}

/** Where the answer's bytes belong, and how long the whole file is said to be. */
async function placeOf(answer: HttpAnswer, kept: Kept | undefined, part: string) {
  refuseOthers(answer)
  if (answer.status === 200) return { start: 0, total: wholeNumber(answer.header('content-length')) }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '')
  const etag = answer.header('etag')
  const total = wholeNumber(range?.[2])
  // Some servers continue a file that has changed since, whatever If-Range says.
  const continues =
    answer.status === 206 &&
    kept !== undefined &&
    Number(range?.[1]) === kept.size &&
    total === kept.total &&
    (etag === undefined || !kept.validator.startsWith('"') || etag === kept.validator)
  if (continues) return { start: kept.size, total }
  await dropPart(part)
  throw new TransferError('the file changed while it was downloaded', { again: true })
}

function refuseOthers(answer: HttpAnswer): void {
  const { status } = answer
  if (status === 200 || status === 206 || status === 416) {
    if (/^text\/html\b/i.test(answer.header('content-type') ?? '')) throw webPage()
    return
  }
  const again = status === 408 || status === 425 || status === 429 || status >= 500
  const pauseMs = 1000 * (wholeNumber(answer.header('retry-after')) ?? 0)
  if (status === 511) throw webPage()
  if (status >= 300 && status < 400) throw new TransferError('it redirects to no address', { again: false })
  throw new TransferError(`the server answered with status ${status}`, { again, pauseMs })
}

async function receive(
  answer: HttpAnswer,
  part: string,
  start: number,
  total: number | undefined,
  options: TransferOptions,
): Promise<void> {
  const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW = 0 } = constants
  const file = await open(part, O_WRONLY | O_NOFOLLOW | (start === 0 ? O_CREAT | O_TRUNC : 0))
  let received = start
  try {
    options.onProgress(received, total)
    for await (const chunk of chunksOf(answer, options)) {
      if (received === 0 && /^\s*<(!doctype|html|\?xml)/i.test(chunk.toString('latin1', 0, 64))) throw webPage()
      if (received + chunk.length > options.mostBytes) throw new TooLargeError(options.mostBytes)
      await file.write(chunk, 0, chunk.length, received)
      received += chunk.length
      options.onProgress(received, total)
    }
  } finally {
    await file.close()
  }
  if (received === (total ?? received) && received > 0) return
  const problem = received === 0 ? 'the answer was empty' : `${received} bytes arrived where ${total} were announced`
  if (received > (total ?? received)) await dropPart(part)
  throw new TransferError(problem, { again: true })
}

/** Whether the server's "nothing beyond that" means that the file is complete: its length is what was first announced. */
function isWhole(answer: HttpAnswer, kept: Kept): boolean {
  const length = wholeNumber(/^bytes \*\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1])
  return length === kept.size && length === (kept.total ?? length)
}

function webPage(): TransferError {
  return new TransferError('a web page came instead of the file; does this network ask for a login first?', {
    again: false,
  })
}

/** An answer's bytes as they arrive; what goes wrong meanwhile is the network's fault, and never the disk's. */
async function* chunksOf(answer: HttpAnswer, options: TransferOptions): AsyncGenerator<Buffer> {
  try {
    yield* answer.body as AsyncIterable<Buffer>
  } catch (error) {
    throw asTransferError(error, options)
  }
}

function asTransferError(error: unknown, { stallMs, signal }: TransferOptions): unknown {
  if (signal?.aborted) return error
  const { problem, again } = transferProblem(error, stallMs)
  return new TransferError(problem, { again, cause: error })
}

async function readKept(part: string): Promise<Kept | undefined> {
  const size = await sizeOf(part)
  if (size === 0) return undefined
  const notes = await readJson<Omit<Kept, 'size'>>(notesPath(part), notesSchema)
  return notes && { size, ...notes, total: notes.total }
}

/** A weak ETag does not promise the same bytes: a file that has no other is fetched from its beginning. */
async function writeNotes(part: string, answer: HttpAnswer, total: number | undefined): Promise<void> {
  const etag = answer.header('etag')
  const validator = etag?.startsWith('"') ? etag : answer.header('last-modified')
  await writeJson(notesPath(part), { validator, total })
}

function notesPath(part: string): string {
  return `${part}.json`
}

async function sizeOf(path: string): Promise<number> {
  return (await lstat(path).catch(() => undefined))?.size ?? 0
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
