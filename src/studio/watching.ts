import { makeFolder } from '../disk/folder.ts'
import { watchChanges } from '../disk/watch.ts'
import type { Studio } from './studio.ts'

/** After the last change of a burst, in milliseconds. */
const QUIET_MS = 300
/** Whatever the system tells, or doesn't. */
const RESCAN_MS = 60_000
/** More pictures would take too many of the system's watches: then the looks in between must do. */
const MOST_WATCHED = 50_000

/** Keeps the studio's list of pictures as the disk is. @returns ends it */
export async function watchFolders(studio: Studio): Promise<() => Promise<void>> {
  const { folder, collection } = studio
  let soon: NodeJS.Timeout | undefined
  const look = () => void studio.rescan().catch(() => undefined) // a folder that is gone for the moment
  const changed = () => {
    clearTimeout(soon)
    soon = setTimeout(look, QUIET_MS).unref()
  }
  const timer = setInterval(look, RESCAN_MS).unref()
  await makeFolder(folder.unlabeled).catch(() => undefined)
  const folders = collection.table.size <= MOST_WATCHED ? [folder.data, folder.unlabeled] : []
  const stop = await watchChanges(folders, changed)
  return async () => {
    clearTimeout(soon)
    clearInterval(timer)
    await stop()
  }
}
