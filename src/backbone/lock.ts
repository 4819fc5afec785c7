import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors.ts'

const HEARTBEAT_MS = 5_000
/** An owner that has been silent for this long is taken for dead. */
const STALE_MS = 60_000
/** Between making the file and writing its owner into it; one that dies in between leaves it empty. */
const UNWRITTEN_MS = 1_000
const POLL_MS = 200

/**
 * Runs `work` while no other process runs under the same lock file. A lock whose owner died is taken over: at once where
 * its process can be looked up, after a minute of silence where it can't (another machine on a shared disk).
 *
 * @param waiting called at every look while another process holds the lock
 */
export async function withLock<T>(
  path: string,
  options: { signal?: AbortSignal | undefined; waiting?: () => Promise<void> },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  while (!(await acquire(path))) {
    if (await isStale(path)) await rm(path, { force: true })
    else {
      await options.waiting?.()
      await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {})
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
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }))
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

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs, size } = await stat(path)
    const silent = Date.now() - mtimeMs
    if (silent > (size === 0 ? UNWRITTEN_MS : STALE_MS)) return true
    const owner = JSON.parse(await readFile(path, 'utf8')) as { pid: number; host: string }
    return owner.host === hostname() && !isAlive(owner.pid)
  } catch {
    // Released meanwhile, or not yet written: look again.
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
