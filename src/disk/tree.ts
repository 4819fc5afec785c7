import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { outputFile, pathExists } from 'fs-extra/esm'
import { makeFolder, syncFolder } from './folder.ts'
import { removeAll, renamePatiently } from './patience.ts'

/** Paths inside a folder, `/` between, and what is in those files. */
export type Tree = ReadonlyMap<string, Uint8Array | string>

/** What a killed `writeTree` leaves. */
const DRAFT = /^\.itc-export-[0-9a-f]{12}\.tmp$/

/**
 * Writes files into a folder that has none of their names, all or nothing: they are made in a hidden folder inside it, and
 * take their places when all are whole and on the disk. What a killed one left goes first.
 */
export async function writeTree(folder: string, files: Tree): Promise<void> {
  for (const name of (await readdir(folder)).filter(name => DRAFT.test(name))) await removeAll(join(folder, name))
  const draft = join(folder, `.itc-export-${randomBytes(6).toString('hex')}.tmp`)
  const placed: string[] = []
  try {
    for (const [path, data] of files) {
      await makeFolder(dirname(join(draft, path)))
      await outputFile(join(draft, path), data, { flush: true, flag: 'wx' })
    }
    for (const top of new Set([...files.keys()].map(topOf))) {
      await renamePatiently(join(draft, top), join(folder, top))
      placed.push(top)
    }
    await removeAll(draft).catch(() => undefined) // all that was in it has its place
    await syncFolder(folder)
  } catch (error) {
    for (const path of [draft, ...placed.map(top => join(folder, top))]) await removeAll(path).catch(() => undefined)
    throw error
  }
}

/** A file, or the folder that holds it: what takes its place at once. */
export function topOf(path: string): string {
  return path.split('/')[0]!
}

/** The topmost folder on the way to one that is not there; undefined when it is there. */
export async function firstMissing(folder: string): Promise<string | undefined> {
  if (await pathExists(folder)) return undefined
  const parent = dirname(folder)
  return (parent === folder ? undefined : await firstMissing(parent)) ?? folder
}
