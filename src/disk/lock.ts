import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { uptime } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors.ts'
import { makeFolder } from './folder.ts'
import { type Holder, isAlive, isNear, parseHolder, thisProcess } from './holder.ts'
import { dropFile, patiently, removeFile, renamePatiently } from './patience.ts'
import { readPlainText } from './readPlain.ts'

export type { Holder } from './holder.ts'

const BEAT_MS = 5_000
/** A holder that can't be looked up from here and has been silent for this long is taken for dead. */
const STALE_MS = 60_000
/** How many beats it must miss under our eyes besides: its clock may be wrong. */
const MISSED_BEATS = 2.5
/** How far off the time of the system's start may be. */
const BOOT_MS = 5_000
/** Between making the file and writing its holder into it; one that dies in between leaves it empty. */
const UNWRITTEN_MS = 1_000
const POLL_MS = 200

export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called at every look while another process holds the lock; to throw is not to wait. */
  readonly waiting?: (holder: Holder) => void | Promise<void>
  /** Between two signs of life; 5 s unless a test says otherwise. */
  readonly beatMs?: number
}

/**
 * Runs `work` while no other process runs under the same lock file. A lock whose holder died is taken over: at once where
 * its process can be looked up, after a minute of silence where it can't (another machine on a shared disk, another
 * container). A sign of life younger than that is never overruled.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { signal, waiting, beatMs = BEAT_MS } = options
  await makeFolder(dirname(path))
  const own = JSON.stringify(await thisProcess())
  let file = await acquire(path, own)
  for (; file === undefined; file = await acquire(path, own)) {
    const text = await read(path)
    if (text === undefined) continue
    const holder = parseHolder(text)
    if (await isDead(path, holder, beatMs, signal)) await takeAway(path, text)
    else {
      if (holder) await waiting?.(holder)
      await pause(POLL_MS, signal)
    }
  }
  const endBeats = beat(file, beatMs)
  try {
    return await work()
  } finally {
    await endBeats()
    await file.close().catch(() => undefined)
    if ((await read(path).catch(() => own)) === own) await dropFile(path)
  }
}

/** Signs of life, on the file that we made: one that somebody put in its place is not ours to keep fresh. */
function beat(file: FileHandle, beatMs: number): () => Promise<void> {
  let beating: Promise<void> | undefined
  const timer = setInterval(() => {
    const now = new Date()
    beating ??= file.utimes(now, now).then(done, done)
  }, beatMs).unref()
  const done = () => {
    beating = undefined
  }
  return async () => {
    clearInterval(timer)
    await beating
  }
}

/** Makes the lock; undefined when there is one. */
async function acquire(path: string, content: string): Promise<FileHandle | undefined> {
  let file: FileHandle
  try {
    file = await patiently(() => open(path, 'wx'))
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined
    throw error
  }
  try {
    await file.writeFile(content)
    // Whoever saw it empty for too long has taken it away.
    if ((await read(path)) === content) return file
    await file.close()
    return undefined
  } catch (error) {
    await file.close().catch(() => undefined)
    await dropFile(path) // a full disk: nobody holds an empty lock
    throw error
  }
}

/** What a lock says; undefined when it was let go just now. A link is none of ours, wherever it leads, and says nothing. */
async function read(path: string): Promise<string | undefined> {
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) return ''
  // One that is being removed can be neither read nor made for a moment on Windows.
  return patiently(() => readPlainText(path)).catch(error => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
}

/** Removes a dead process's lock. Another one may have taken it over just now: then that lock is put back. */
async function takeAway(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await renamePatiently(path, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  if ((await read(aside)) === content) await removeFile(aside)
  else await renamePatiently(aside, path)
}

/**
 * Whether a lock's holder is gone. Of one that can't be looked up, the file tells: no sign of life for long enough, or none
 * since this machine started. Whatever the clocks say, it must miss some beats under our eyes as well.
 */
async function isDead(
  path: string,
  holder: Holder | undefined,
  beatMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const near = holder !== undefined && (await isNear(holder))
  const alive = near ? await isAlive(holder) : undefined
  if (alive !== undefined) return !alive
  const before = await lastSign(path)
  if (before === undefined) return false
  const sinceBoot = near && before > Date.now() - 1000 * uptime() - BOOT_MS
  const patience = holder ? STALE_MS : UNWRITTEN_MS
  if ((sinceBoot || !near) && Date.now() - before <= patience) return false
  await pause(holder ? MISSED_BEATS * beatMs : UNWRITTEN_MS, signal)
  return (await lastSign(path)) === before
}

async function lastSign(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.mtimeMs
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {})
}
