import { join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { WatchedFolders } from '../disk/watchFolders.ts'
import type { Collection } from './collection.ts'
import { openPath } from './pictures/folder.ts'
import { TRASH } from './pictures/place.ts'
import type { Studio } from './studio.ts'

/** After the last change of a burst, in milliseconds; a folder whose look takes longer than that waits for as long. */
const QUIET_MS = 300
/** When to look at the disk whatever the system tells, or doesn't; in milliseconds. */
interface Pace {
  readonly every: number
  /** While changes follow each other faster than this, somebody is at work, and a look waits. */
  readonly pause: number
  /** But not for longer than this. */
  readonly patience: number
}
/** A look at 100,000 files takes both of two cores for two seconds: a label's key would wait for its paint. */
const PACE: Pace = { every: 60_000, pause: 5_000, patience: 300_000 }
/** So long the system may take to tell of what studio itself moved. */
const OWN_MS = 5_000

/** Keeps the studio's list of pictures as the disk is. @returns ends it */
export async function watchFolders(studio: Studio, pace = PACE): Promise<() => void> {
  const { folder, collection } = studio
  const roots = [folder.data, folder.unlabeled]
  const pending = new Set<string>()
  const own = new Set<string>()
  let soon: NodeJS.Timeout | undefined
  let regular: NodeJS.Timeout
  let closed = false
  let took = 0
  let looked = performance.now()
  let changed = Number.NEGATIVE_INFINITY
  const look = async (patient: boolean) => {
    const started = performance.now()
    const isDone = await (patient ? studio.glance() : studio.rescan()).catch(() => undefined) // a folder that is gone for the moment
    if (isDone === false) return false
    looked = performance.now()
    took = looked - started
    watched.keep(roots, foldersOf(collection))
    return true
  }
  const watched = new WatchedFolders(path => {
    pending.add(path)
    clearTimeout(soon)
    soon = setTimeout(settled, Math.max(QUIET_MS, took)).unref()
  })
  // A look at 20,000 files after each label would slow the next one down. What is its own is known when it is done, which
  // a disk that is slow to take the journal puts off.
  const settled = async () => {
    await collection.settled()
    const others = [...pending].some(path => !own.has(path))
    pending.clear()
    if (others) void look(false)
  }
  const lookRegularly = async () => {
    const now = performance.now()
    const isOverdue = now - looked > pace.patience
    const waits = !isOverdue && now - changed < pace.pause
    const isDone = !waits && (await look(!isOverdue))
    if (!closed) regular = setTimeout(lookRegularly, isDone ? pace.every : Math.min(pace.pause, pace.every)).unref()
  }
  const forget = collection.onChange(({ moves, cause }) => {
    if (cause !== 'outside') changed = performance.now()
    const paths = moves.flatMap(({ from, to }) => [openPath(folder.root, from), openPath(folder.root, to)])
    for (const path of paths) own.add(path)
    setTimeout(() => {
      for (const path of paths) own.delete(path)
    }, OWN_MS).unref()
  })
  regular = setTimeout(lookRegularly, pace.every).unref()
  if (!collection.readOnly) await makeFolder(folder.unlabeled).catch(() => undefined)
  watched.keep(roots, foldersOf(collection))
  return () => {
    closed = true
    forget()
    clearTimeout(soon)
    clearTimeout(regular)
    watched.close()
  }
}

/** Folders that hold pictures, and those of categories without any. */
function foldersOf({ table, folder }: Collection): Set<string> {
  const shown = new Set<string>()
  for (const { path, place } of table.rows()) if (place !== TRASH) shown.add(path.slice(0, path.lastIndexOf('/')))
  const folders = new Set(Array.from(shown, path => openPath(folder.root, path)))
  for (const category of table.categories) folders.add(join(folder.data, category))
  return folders
}
