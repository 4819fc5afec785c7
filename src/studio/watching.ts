import { makeFolder } from '../disk/folder.ts'
import { watchChanges } from '../disk/watch.ts'
import { openPath } from './pictures/folder.ts'
import type { Studio } from './studio.ts'

/** After the last change of a burst, in milliseconds. */
const QUIET_MS = 300
/** Whatever the system tells, or doesn't. */
const RESCAN_MS = 60_000
/** So long the system may take to tell of what studio itself moved. */
const OWN_MS = 5_000
/** The watcher reads a folder anew at each change in it: of more pictures the looks in between must do. */
const MOST_WATCHED = 3_000

/** Keeps the studio's list of pictures as the disk is. @returns ends it */
export async function watchFolders(studio: Studio): Promise<() => Promise<void>> {
  const { folder, collection } = studio
  let soon: NodeJS.Timeout | undefined
  const look = () => void studio.rescan().catch(() => undefined) // a folder that is gone for the moment
  // A look at 20,000 files after each label would slow the next one down.
  const own = new Set<string>()
  const forget = collection.onChange(({ moves }) => {
    const paths = moves.flatMap(({ from, to }) => [openPath(folder.root, from), openPath(folder.root, to)])
    for (const path of paths) own.add(path)
    setTimeout(() => {
      for (const path of paths) own.delete(path)
    }, OWN_MS).unref()
  })
  const changed = (path: string) => {
    if (own.has(path)) return
    clearTimeout(soon)
    soon = setTimeout(look, QUIET_MS).unref()
  }
  const timer = setInterval(look, RESCAN_MS).unref()
  await makeFolder(folder.unlabeled).catch(() => undefined)
  const folders = collection.table.size <= MOST_WATCHED ? [folder.data, folder.unlabeled] : []
  const stop = await watchChanges(folders, changed)
  return async () => {
    forget()
    clearTimeout(soon)
    clearInterval(timer)
    await stop()
  }
}
