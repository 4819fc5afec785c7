import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors.ts'
import { makeFolder } from './folder.ts'

const HEARTBEAT_MS = 5_000
/** A holder on another machine that has been silent for this long is taken for dead. */
const STALE_MS = 60_000
/** Between making the file and writing its holder into it; one that dies in between leaves it empty. */
const UNWRITTEN_MS = 1_000
const POLL_MS = 200

/** Who holds a lock. `started` tells a process from a later one that got the same number. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly started: string | undefined
}

export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called at every look while another process holds the lock; to throw is not to wait. */
  readonly waiting?: (holder: Holder) => void | Promise<void>
}

/**
 * Runs `work` while no other process runs under the same lock file. A lock whose holder died is taken over: at once where
 * its process can be looked up, after a minute of silence where it can't (another machine on a shared disk).
 */
export async function withLock<T>(path: string, { signal, waiting }: LockOptions, work: () => Promise<T>): Promise<T> {
  await makeFolder(dirname(path))
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: await startOf(process.pid) })
  while (!(await acquire(path, own))) {
    const text = await read(path)
    if (text === undefined) continue
    const holder = parse(text)
    if (await isDead(path, holder)) await takeAway(path, text)
    else {
      if (holder) await waiting?.(holder)
      await sleep(POLL_MS, undefined, signal ? { signal } : {})
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {})
  }, HEARTBEAT_MS).unref()
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    if ((await read(path).catch(() => own)) === own) await rm(path, { force: true })
  }
}

/** Makes the lock; false when there is one. */
async function acquire(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(content)
    } catch (error) {
      await rm(path, { force: true }) // a full disk: nobody holds an empty lock
      throw error
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

/** What a lock says; undefined when it was let go just now. */
async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(error => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
}

/** Removes a dead process's lock. Another one may have taken it over just now: then that lock is put back. */
async function takeAway(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  if ((await read(aside)) === content) await rm(aside, { force: true })
  else await rename(aside, path)
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    return typeof holder?.pid === 'number' && typeof holder.host === 'string' ? (holder as Holder) : undefined
  } catch {
    return undefined // not yet written, or its writer died before the end
  }
}

async function isDead(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname()) return !(await isAlive(holder))
  const mtimeMs = await stat(path).then(
    stats => stats.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  )
  return Date.now() - mtimeMs > (holder ? STALE_MS : UNWRITTEN_MS)
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM' // somebody else's
  }
  return started === undefined || started === (await startOf(pid))
}

/** When a process started, in the system's own count; undefined where the system doesn't tell. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] // proc(5): field 22
}
