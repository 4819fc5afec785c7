import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { systemCode, UserError } from '../errors.ts'

/** Who holds a lock. `started` tells a process from a later one that got the same number. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly started: string | undefined
}

/**
 * Keeps a second training out of a working folder while `work` runs. A process that died holds nothing: the lock names its
 * process, and whoever comes next looks whether that one is still there.
 *
 * @throws UserError `E_LOCKED` when another process is training there
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, '.train.lock')
  await acquire(path)
  try {
    return await work()
  } finally {
    await fs.remove(path).catch(() => undefined)
  }
}

async function acquire(path: string): Promise<void> {
  const own: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) }
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await place(path, JSON.stringify(own))) return
    const holder = await readHolder(path)
    if (holder && (await isAlive(holder))) throw locked(path, holder)
    await fs.remove(path)
  }
  throw locked(path, undefined)
}

/** Creates the file with its whole content at once, so that nobody reads half a lock; false when there is one. */
async function place(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`
  await fs.writeFile(draft, content)
  try {
    await fs.link(draft, path)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    if (systemCode(error) === 'ENOSPC') throw error
    return await fs.writeFile(path, content, { flag: 'wx' }).then(
      () => true, // a file system without links
      () => false,
    )
  } finally {
    await fs.remove(draft)
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined // just released, or its writer died before writing
  }
}

async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true // on a shared disk: it can't be told from here
  try {
    process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM' // alive, and somebody else's
  }
  return started === undefined || started === (await startOf(pid))
}

/** When a process started, in the system's own count; undefined where the system doesn't tell. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] // proc(5): field 22
}

function locked(path: string, holder: Holder | undefined): UserError {
  const who = holder ? ` (process ${holder.pid} on ${holder.host})` : ''
  return new UserError('E_LOCKED', `Another itc train is at work in this folder${who}.`, {
    hint: `Wait until it ends. If there is none, remove ${path}.`,
  })
}
