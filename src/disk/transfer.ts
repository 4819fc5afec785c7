import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, type FileHandle, link, lstat, open, realpath, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors.ts'
import { syncFolder } from './folder.ts'
import { dropFile, isHeld, removeFile, renamePatiently, unlinkPatiently } from './patience.ts'

/** What `copyNew` and `moveNew` leave in a folder when they are killed. */
const DRAFT = /^\.itc-[0-9a-f]{16}\.tmp$/

/** True for a leftover of a killed run; nobody else's file is named so. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name)
}

/**
 * Copies a file, with its time of change. The new name appears at once with the whole file or not at all, after a power cut
 * too: without waiting for the disk, a file system may keep the name and lose the bytes.
 *
 * @param durable waits until the name is on the disk as well: before its original is removed
 * @throws the system's error; `EEXIST` when `to` exists, which is then left as it is
 */
export async function copyNew(from: string, to: string, durable = false): Promise<void> {
  const draft = join(dirname(to), `.itc-${randomBytes(8).toString('hex')}.tmp`)
  try {
    await copyFile(from, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const { atime, mtime } = await stat(from)
    await utimes(draft, atime, mtime).catch(() => undefined) // some network disks keep no times
    await sync(draft)
    await placeNew(draft, to)
    if (durable) await syncFolder(dirname(to))
  } finally {
    await dropFile(draft)
  }
}

/**
 * Moves a file, to another disk too. At every moment it is whole under one name or under both.
 *
 * @throws the system's error; `EEXIST` when `to` exists, which is then left as it is
 */
export async function moveNew(from: string, to: string): Promise<void> {
  try {
    if (!(await linkNew(from, to))) return await renameNew(from, to)
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    await copyNew(from, to, true)
  }
  try {
    await unlinkPatiently(from)
  } catch (error) {
    // A network disk may say so of a file that it has just removed: then `to` is the only one.
    if (systemCode(error) === 'ENOENT') return
    if (await isSecondCopy(from, to)) await removeFile(to)
    throw error
  }
}

/**
 * Gives a file its name; the old one stays as well where the file system can give two.
 *
 * @throws the system's error; `EEXIST` when `to` exists, which is then left as it is
 */
export async function placeNew(from: string, to: string): Promise<void> {
  if (!(await linkNew(from, to))) await renameNew(from, to)
}

/** Gives a file a second name; false where the file system can't, or won't for somebody else's file. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (['EEXIST', 'EXDEV', 'ENOENT', 'ENOSPC', 'EIO'].includes(systemCode(error) ?? '')) throw error
    return false // each system and each kind of disk says otherwise that it can't: EPERM, EISDIR, EINVAL, ENOTSUP, …
  }
}

/** Where there are no links, nothing renames without overwriting: a file made between the look and the renaming is lost. */
async function renameNew(from: string, to: string): Promise<void> {
  const there = await lstat(to).catch(() => undefined)
  if (there) throw Object.assign(new Error(`"${to}" exists`), { code: 'EEXIST', path: to })
  await renamePatiently(from, to)
}

/** Waits until a file and its name are on the disk: before another copy of it is removed. */
export async function settle(path: string): Promise<void> {
  await sync(path)
  await syncFolder(dirname(path))
}

async function sync(path: string): Promise<void> {
  const file = await openToFlush(path)
  try {
    await file.sync()
  } catch (error) {
    if (!['EPERM', 'EINVAL'].includes(systemCode(error) ?? '')) throw error // where it can't be had: some networks
  } finally {
    await file.close()
  }
}

/** Windows flushes nothing for those who only read. A copy that is write-protected, as its original, is so again at once. */
async function openToFlush(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (!isHeld(error)) throw error
    const { mode } = await stat(path)
    await chmod(path, mode | 0o200).catch(() => undefined)
    const file = await open(path, 'r+').catch(() => open(path, 'r'))
    await chmod(path, mode).catch(() => undefined)
    return file
  }
}

const COMPARED = 1 << 16

/**
 * True when both files are there, hold the same bytes, and one can be removed without losing the other: one being a link
 * that leads to the other is not that, nor is one folder under two paths.
 */
export async function isSecondCopy(a: string, b: string): Promise<boolean> {
  const kinds = await Promise.all([a, b].map(path => stat(path).catch(() => undefined)))
  if (!kinds.every(kind => kind?.isFile())) return false // opening a FIFO would wait for its writer
  const left = await open(a, 'r').catch(() => undefined)
  const right = await open(b, 'r').catch(() => undefined)
  try {
    if (!left || !right || (await realpath(a)) === (await realpath(b))) return false
    const [one, two] = await Promise.all([left.stat({ bigint: true }), right.stat({ bigint: true })])
    if (one.ino === two.ino && one.dev === two.dev) return one.nlink > 1
    return one.size === two.size && (await sameBytes(left, right))
  } finally {
    await left?.close()
    await right?.close()
  }
}

async function sameBytes(left: FileHandle, right: FileHandle): Promise<boolean> {
  const [one, two] = [Buffer.alloc(COMPARED), Buffer.alloc(COMPARED)]
  for (let at = 0; ; at += COMPARED) {
    const [first, second] = await Promise.all([left.read(one, 0, COMPARED, at), right.read(two, 0, COMPARED, at)])
    if (!one.subarray(0, first.bytesRead).equals(two.subarray(0, second.bytesRead))) return false
    if (first.bytesRead < COMPARED) return true
  }
}
