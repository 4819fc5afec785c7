import { lstat, readdir } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { isDraft } from '../disk/draft.ts'
import { dropFile, removeEmptyFolder } from '../disk/patience.ts'
import { isDraft as isTransferDraft } from '../disk/transfer.ts'
import { FolderStore } from './folder.ts'
import { isSafeKey, type Store } from './store.ts'

/**
 * The folders that writing some keys makes: those on their way that are not there yet, by their paths from the store's own,
 * which is `''`; those above it are `..` and on. A bucket has none.
 */
export async function missingFolders(store: Store, keys: readonly string[]): Promise<string[]> {
  if (!(store instanceof FolderStore)) return []
  const missing = new Set<string>()
  const looked = new Set<string>()
  const look = async (folder: string): Promise<void> => {
    if (looked.has(folder)) return
    looked.add(folder)
    const path = join(store.address, folder)
    if (dirname(path) === path || (await lstat(path).catch(() => undefined))) return
    missing.add(folder)
    await look(above(folder))
  }
  for (const key of keys) await look(above(key))
  return [...missing]
}

/** Removes those of the folders that `missingFolders` told of in which nothing is. @returns whether all are gone */
export async function removeEmptied(store: Store, folders: ReadonlySet<string>): Promise<boolean> {
  if (!(store instanceof FolderStore)) return true
  const paths = [...folders].filter(isOne).map(folder => ({ folder, path: join(store.address, folder) }))
  let areGone = true
  for (const { folder, path } of paths.sort((a, b) => b.path.length - a.path.length)) {
    if (await isBehindLink(store, folder)) areGone = false
    else if (!(await removeIfEmpty(path))) areGone = false
  }
  return areGone
}

function above(folder: string): string {
  if (folder === '' || folder.endsWith('..')) return posix.join(folder, '..')
  return folder.includes('/') ? posix.dirname(folder) : ''
}

/** Whether it is one as `missingFolders` tells of: anybody may have written it down. */
function isOne(folder: string): boolean {
  return folder === '' || /^\.\.(\/\.\.)*$/.test(folder) || isSafeKey(folder)
}

async function isBehindLink(store: FolderStore, folder: string): Promise<boolean> {
  if (folder === '' || folder.startsWith('..')) return false
  return await store.newPath(`${folder}/any`).then(
    () => false,
    () => true,
  )
}

/** What killed transfers left in it is nothing. */
async function removeIfEmpty(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => undefined)
  if (names === undefined) return (await lstat(path).catch(() => undefined)) === undefined
  if (!names.every(name => isDraft(name) || isTransferDraft(name))) return false
  for (const name of names) await dropFile(join(path, name))
  return await removeEmptyFolder(path).then(
    () => true,
    () => false,
  )
}
