import { createHash, randomBytes } from 'node:crypto'
import { chmod, type FileHandle, link, lstat, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors.ts'
import { keepExtended, keepOwner, keepTimes } from './attributes.ts'
import { syncFolder } from './folder.ts'
import { ChangedFile, type Original, withOriginal } from './original.ts'
import { dropFile, isHeld, patiently, removeFile, renamePatiently, unlinkPatiently } from './patience.ts'
import { isSecondCopy } from './secondCopy.ts'

/** What `copyNew` and `moveNew` leave in a folder when they are killed. */
const DRAFT = /^\.itc-[0-9a-f]{16}\.tmp$/

/** True for a leftover of a killed run; nobody else's file is named so. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name)
}

/** True for such a leftover of a file that came from a folder; others may be at work in the same place. */
export function isDraftFrom(folder: string, name: string): boolean {
  return isDraft(name) && name.startsWith(draftStart(folder))
}

function draftStart(folder: string): string {
  return `.itc-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`
}

/** @internal for tests: a leftover */
export function draftFor(from: string, to: string): string {
  return join(dirname(to), `${draftStart(dirname(from))}${randomBytes(4).toString('hex')}.tmp`)
}

/** What a move could not take along. */
export interface Moved {
  /** False when extended attributes, if it has any, stayed behind on another disk. */
  readonly extended: boolean
}

/**
 * Copies a file, with its times. The new name appears at once with the whole file or not at all, after a power cut too:
 * without waiting for the disk, a file system may keep the name and lose the bytes.
 *
 * @throws the system's error; `EEXIST` when `to` exists, which is then left as it is; ChangedFile when the original is no
 *   longer what it was when it was opened
 */
export async function copyNew(from: Original | string, to: string): Promise<void> {
  await opened(from, original => copyDraft(original, to))
}

/**
 * Moves a file, to another disk too. At every moment it is whole under one name or under both.
 *
 * @throws as `copyNew` does
 */
export async function moveNew(from: Original | string, to: string): Promise<Moved> {
  return opened(from, async original => {
    await original.check()
    const { copied, ...moved } = await takeName(original, to)
    await removeOld(original, to, copied)
    return moved
  })
}

function opened<T>(from: Original | string, work: (original: Original) => Promise<T>): Promise<T> {
  return typeof from === 'string' ? withOriginal(from, work) : work(from)
}

/** @param complete sees to what goes along, before the file takes its name; the name is on the disk then as well */
async function copyDraft(original: Original, to: string, complete?: (draft: string) => Promise<void>): Promise<void> {
  const draft = draftFor(original.path, to)
  try {
    await original.copyTo(draft)
    await complete?.(draft)
    await keepTimes(original, draft)
    await sync(draft)
    await original.check()
    await placeNew(draft, to)
    if (complete) await syncFolder(dirname(to)) // before its original is removed
  } finally {
    await dropFile(draft)
  }
}

/** Gives a file its new name: a second one of the same file, or of a copy on another disk. */
async function takeName(original: Original, to: string): Promise<Moved & { readonly copied: boolean }> {
  try {
    if (!(await linkNew(original.path, to))) {
      await original.close()
      await renameNew(original.path, to)
    }
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    const moved = await withOriginal(original.path, again => copyAcross(again, to), original.mark)
    return { ...moved, copied: true }
  }
  if (await original.isAt(to)) return { extended: true, copied: false }
  await moveBack(original.path, to)
  throw new ChangedFile(original.path)
}

async function copyAcross(original: Original, to: string): Promise<Moved> {
  let extended = true
  await copyDraft(original, to, async draft => {
    await keepOwner(original, draft)
    extended = await keepExtended(original, draft)
  })
  await original.check().catch(async changed => {
    await removeFile(to) // a copy of what it was
    throw changed
  })
  return { extended }
}

/** Another file was put under the old name in just that moment: it keeps that name. */
async function moveBack(from: string, to: string): Promise<void> {
  const [old, now] = await Promise.all([from, to].map(path => lstat(path).catch(() => undefined)))
  if (!old) await renameNew(to, from)
  else if (old.ino === now?.ino && old.dev === now.dev) await removeFile(to)
}

/** Removes the old name, unless it leads to something else by now, or to more than was copied. */
async function removeOld(original: Original, to: string, copied: boolean): Promise<void> {
  const from = original.path
  if (!copied && !(await original.isAt(from))) return
  await original.close()
  try {
    await (copied ? patiently(async () => original.unlinkUnchanged()) : unlinkPatiently(from))
  } catch (error) {
    if (error instanceof ChangedFile) {
      if (!(await original.isAt(from))) return // another file has its name, and keeps it
      await removeFile(to) // a copy of what it was
    }
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
