import { rename, rm, rmdir, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors.ts'

/** What a system says of a file that another program has open for a moment: a virus scanner, an indexer, OneDrive, Excel. */
const HELD: ReadonlySet<string | undefined> = new Set(['EPERM', 'EBUSY', 'EACCES'])

/** How long is waited for that program, in milliseconds: it is usual on Windows, and a network disk's way elsewhere. */
function patienceOf(platform: NodeJS.Platform): number {
  return platform === 'win32' ? 5_000 : 150
}

const FULL_MS = patienceOf(process.platform)
const LEAST_MS = 20
let patienceMs = FULL_MS

/**
 * Does what a program that has the file open may refuse, again for some seconds. Each wait in vain halves the next ones:
 * what is refused for good, ten thousand times over, must not take ten thousand times as long.
 *
 * @throws the system's error when it is still so then
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + patienceMs
  for (let pause = 10; ; pause = Math.min(2 * pause, 300)) {
    try {
      const result = await work()
      if (pause > 10) patienceMs = FULL_MS
      return result
    } catch (error) {
      if (!isHeld(error)) throw error
      if (performance.now() + pause > end) {
        patienceMs = Math.max(LEAST_MS, patienceMs / 2)
        throw error
      }
      await sleep(pause)
    }
  }
}

/** Whether another program may have the file open. */
export function isHeld(error: unknown): boolean {
  return HELD.has(systemCode(error))
}

/** Renames a file or a folder; what is at `to` is replaced. */
export function renamePatiently(from: string, to: string): Promise<void> {
  return patiently(() => rename(from, to))
}

/** Removes a file. @throws the system's error, `ENOENT` when there is none */
export function unlinkPatiently(path: string): Promise<void> {
  return patiently(() => unlink(path))
}

/** Removes a file, if it is there. */
export function removeFile(path: string): Promise<void> {
  return patiently(() => rm(path, { force: true }))
}

/** Removes a file or a folder with all in it, if it is there. */
export function removeAll(path: string): Promise<void> {
  return patiently(() => rm(path, { recursive: true, force: true }))
}

/** Removes a folder that is empty. @throws the system's error, `ENOTEMPTY` where something is in it */
export function removeEmptyFolder(path: string): Promise<void> {
  return patiently(() => rmdir(path))
}

/** Removes what is only in the way, such as a draft: that it stays for now is no failure. */
export async function dropFile(path: string): Promise<void> {
  await removeFile(path).catch(() => undefined)
}
