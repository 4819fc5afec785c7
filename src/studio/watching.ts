import { join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { WatchedFolders } from '../disk/watchFolders.ts'
import type { Collection } from './collection.ts'
import { openPath } from './pictures/folder.ts'
import { TRASH } from './pictures/place.ts'
import type { Studio } from './studio.ts'

/** After the last change of a burst, in milliseconds; a folder whose look takes longer than that waits for as long. */
const QUIET_MS = 300
/** Whatever the system tells, or doesn't. */
const RESCAN_MS = 60_000
/** So long the system may take to tell of what studio itself moved. */
const OWN_MS = 5_000

/** Keeps the studio's list of pictures as the disk is. @returns ends it */
export async function watchFolders(studio: Studio): Promise<() => void> {
  const { folder, collection } = studio
  const roots = [folder.data, folder.unlabeled]
  const pending = new Set<string>()
  const own = new Set<string>()
  let soon: NodeJS.Timeout | undefined
  let took = 0
  const look = async () => {
    const started = performance.now()
    await studio.rescan().catch(() => undefined) // a folder that is gone for the moment
    took = performance.now() - started
    watched.keep(roots, foldersOf(collection))
  }
  const watched = new WatchedFolders(path => {
    pending.add(path)
    clearTimeout(soon)
    soon = setTimeout(settled, Math.max(QUIET_MS, took)).unref()
  })
  // A look at 20,000 files after each label would slow the next one down. What is its own is known when it is done.
  const settled = () => {
    const others = [...pending].some(path => !own.has(path))
    pending.clear()
    if (others) void look()
  }
  const forget = collection.onChange(({ moves }) => {
    const paths = moves.flatMap(({ from, to }) => [openPath(folder.root, from), openPath(folder.root, to)])
    for (const path of paths) own.add(path)
    setTimeout(() => {
      for (const path of paths) own.delete(path)
    }, OWN_MS).unref()
  })
  const timer = setInterval(look, RESCAN_MS).unref()
  if (!collection.readOnly) await makeFolder(folder.unlabeled).catch(() => undefined)
  watched.keep(roots, foldersOf(collection))
  return () => {
    forget()
    clearTimeout(soon)
    clearInterval(timer)
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
