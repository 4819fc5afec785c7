import { lstat, mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { removeEmptyFolder, renamePatiently, unlinkPatiently } from '../../disk/patience.ts'
import { isSecondCopy } from '../../disk/secondCopy.ts'
import { moveNew } from '../../disk/transfer.ts'
import { systemCode } from '../../errors.ts'
import { openPath } from '../pictures/folder.ts'
import { candidateNames } from '../pictures/names.ts'
import type { Move } from './entry.ts'

/** A move that could not be made, and why: a fragment to put behind the name. */
interface Failure {
  readonly move: Move
  readonly reason: string
}

export interface Performed {
  /** With the paths and times as they are now. */
  readonly done: readonly Move[]
  readonly failed: readonly Failure[]
}

/** Moves under way at a time: a disk takes a few, and what a crash leaves behind stays small. */
const AT_ONCE = 8
/** Disks keep times coarsely (FAT: two seconds), copies to another disk whole milliseconds. */
const SAME_TIME_MS = 2000

/** Makes planned moves. A name taken meanwhile gives the next free one: nothing is ever overwritten. */
export async function performMoves(root: string, moves: readonly Move[]): Promise<Performed> {
  const done: (Move | undefined)[] = new Array(moves.length)
  const failed: Failure[] = []
  const folders = new Set(moves.map(({ to }) => dirname(openPath(root, to))))
  for (const folder of folders) await makeFolder(folder).catch(() => undefined) // the moves into it say why not
  let next = 0
  const work = async () => {
    while (next < moves.length) {
      const at = next++
      const move = moves[at]!
      try {
        done[at] = move.folder ? await moveFolder(root, move) : await moveFile(root, move)
      } catch (error) {
        failed.push({ move, reason: reasonOf(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, moves.length) }, work))
  return { done: done.filter(move => move !== undefined), failed }
}

async function moveFile(root: string, move: Move): Promise<Move> {
  const from = openPath(root, move.from)
  const folder = dirname(openPath(root, move.to))
  for (const name of candidateNames(basename(move.to))) {
    try {
      await moveNew(from, join(folder, name))
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue
      throw error
    }
    const to = `${move.to.slice(0, move.to.lastIndexOf('/') + 1)}${name}`
    const { size, mtimeMs } = await lstat(join(folder, name))
    return { ...move, to, size, mtimeMs }
  }
  throw new Error('names never end')
}

async function moveFolder(root: string, move: Move): Promise<Move> {
  const [from, to] = [openPath(root, move.from), openPath(root, move.to)]
  const via = move.via === undefined ? undefined : openPath(root, move.via)
  if (via === undefined) {
    if (await exists(to)) throw Object.assign(new Error('in the way'), { code: 'EEXIST' })
    await renamePatiently(from, to)
    return move
  }
  if (await exists(from)) await renamePatiently(from, via)
  if (await exists(to)) throw Object.assign(new Error('in the way'), { code: 'EEXIST' })
  await renamePatiently(via, to)
  return move
}

/** What became of a move that a crash may have cut short. */
export type Settled = { readonly move: Move } | { readonly unsettled: string }

/**
 * Finishes one planned move by looking where its file is: still at its old place, at both (the crash came between the two
 * steps of moving), at the new one, or at a name that a clash gave it.
 */
export async function settleMove(root: string, move: Move): Promise<Settled> {
  if (move.folder) return settleFolder(root, move)
  const from = openPath(root, move.from)
  const there = await lstat(from).catch(() => undefined)
  const arrived = await arrivedAt(root, move)
  if (there && arrived !== undefined && (await isSecondCopy(from, openPath(root, arrived)))) {
    await unlinkPatiently(from)
    return settledAt(root, move, arrived)
  }
  if (there) {
    if (!isSame(there, move)) return { unsettled: `${move.from} was changed by another program; it stays there.` }
    const { done, failed } = await performMoves(root, [move])
    return done[0] ? { move: done[0] } : { unsettled: `${move.from} could not be moved: ${failed[0]!.reason}.` }
  }
  if (arrived !== undefined) return settledAt(root, move, arrived)
  return { unsettled: `${basename(move.from)} is neither at ${move.from} nor at ${move.to}.` }
}

/** A few names: nobody has hundreds of clashes at the moment of a crash. */
async function arrivedAt(root: string, move: Move): Promise<string | undefined> {
  const folder = move.to.slice(0, move.to.lastIndexOf('/') + 1)
  for (const name of candidateNames(basename(move.to))) {
    const stat = await lstat(openPath(root, folder + name)).catch(() => undefined)
    if (stat === undefined) return undefined
    if (isSame(stat, move)) return folder + name
  }
  return undefined
}

async function settledAt(root: string, move: Move, to: string): Promise<Settled> {
  const { size, mtimeMs } = await lstat(openPath(root, to))
  return { move: { ...move, to, size, mtimeMs } }
}

async function settleFolder(root: string, move: Move): Promise<Settled> {
  const [from, to] = [await isListed(openPath(root, move.from)), await isListed(openPath(root, move.to))]
  const between = move.via !== undefined && (await exists(openPath(root, move.via)))
  if (to && !from && !between) return { move }
  if (!from && !between) return { unsettled: `The folder ${move.from} is gone.` }
  const { done, failed } = await performMoves(root, [move])
  return done[0] ? { move } : { unsettled: `The folder ${move.from} could not be renamed: ${failed[0]!.reason}.` }
}

function isSame(stat: { size: number; mtimeMs: number }, move: Move): boolean {
  return stat.size === move.size && Math.abs(stat.mtimeMs - move.mtimeMs) <= SAME_TIME_MS
}

export async function makeFolders(root: string, folders: readonly string[] = []): Promise<void> {
  for (const folder of folders) await mkdir(openPath(root, folder), { recursive: true })
}

/** Removes folders that are empty; others stay, for they hold what is not studio's. */
export async function removeEmpty(root: string, folders: readonly string[] = []): Promise<void> {
  for (const folder of folders) await removeEmptyFolder(openPath(root, folder)).catch(() => undefined)
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

/** Under that very name: where case makes no difference, a file "exists" under others too. */
async function isListed(path: string): Promise<boolean> {
  return (await readdir(dirname(path)).catch((): string[] => [])).includes(basename(path))
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is no longer there',
  EACCES: 'no permission to move it',
  EPERM: 'no permission to move it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'something of that name is in the way',
  EBUSY: 'another program has it open',
}

function reasonOf(error: unknown): string {
  const code = systemCode(error) ?? String(error)
  return REASONS[code] ?? `it can't be moved (${code})`
}
