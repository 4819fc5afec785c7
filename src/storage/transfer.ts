import { dirname } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { ChangedFile, withOriginal } from '../disk/original.ts'
import { isSecondCopy } from '../disk/secondCopy.ts'
import { copyNew, moveNew, settle } from '../disk/transfer.ts'
import { systemCode } from '../errors.ts'
import { FolderStore } from './folder.ts'
import { changedItem, type Item, type Source, type Store } from './store.ts'

/** A picture is held in memory while it goes from store to store. */
const MOST = 1e9
/** Coarsest step of a file's time: FAT's, in milliseconds. */
const TIME_STEP = 2000

/** What became of an item: `before`, the same bytes were there already; `taken`, others were, and both stay. */
export type Transferred = 'done' | 'before' | 'taken'

/**
 * Copies an item to another store, never over anything. Within a machine its file keeps its times.
 *
 * @throws ItemError when it is gone, or no longer what was listed; UserError for what is wrong with a store
 */
export async function copyItem(
  from: Source,
  item: Item,
  to: Store,
  key: string,
  signal?: AbortSignal,
): Promise<Transferred> {
  if (isOnePlace(from, item.key, to, key)) return staying(from as Store, item, signal)
  if (from instanceof FolderStore && to instanceof FolderStore) return between(from, item, to, key, 'copy')
  const bytes = await from.read(item, { most: MOST, signal })
  if (await to.putNew(key, bytes, signal)) return 'done'
  return (await holds(to, key, bytes, signal)) ? 'before' : 'taken'
}

/** The same, and removes the original once the copy is there; a kill leaves it under one name or under both. */
export async function moveItem(
  from: Store,
  item: Item,
  to: Store,
  key: string,
  signal?: AbortSignal,
): Promise<Transferred> {
  if (isOnePlace(from, item.key, to, key)) return staying(from, item, signal)
  if (from instanceof FolderStore && to instanceof FolderStore) return between(from, item, to, key, 'move')
  const copied = await copyItem(from, item, to, key, signal)
  if (copied === 'taken') return copied
  if (!(await from.has(item, signal))) throw changedItem()
  await from.remove(item.key)
  return 'done'
}

/**
 * Whether what a store has under a key may be the picture that was listed and then brought there: its size is the same, and
 * its time where both are folders. Buckets give each object a time, and some each writing a mark, of its own.
 */
export function isAsListed(there: Pick<Item, 'size' | 'etag'>, listed: Pick<Item, 'size' | 'etag'>): boolean {
  if (listed.size !== undefined && there.size !== listed.size) return false
  const [one, other] = [there.etag, listed.etag].map(etag => (etag === '' ? Number.NaN : Number(etag)))
  return !(Math.abs(one! - other!) > TIME_STEP)
}

/** Whether two keys name one object: its copy there is the original itself, not to be removed. */
export function isOnePlace(a: Source, aKey: string, b: Source, bKey: string): boolean {
  return placeOf(a, aKey) === placeOf(b, bKey)
}

function placeOf(store: Source, key: string): string {
  return store instanceof FolderStore ? store.path(key) : `${store.address}${key}`
}

/** Whether both stores hold the same bytes under their keys. */
export async function isSameItem(
  a: Store,
  aKey: string,
  b: Store,
  bKey: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return await holds(b, bKey, await a.read({ key: aKey, size: undefined, etag: '' }, { most: MOST, signal }), signal)
}

async function staying(store: Store, item: Item, signal: AbortSignal | undefined): Promise<Transferred> {
  if (await store.has(item, signal)) return 'before'
  throw changedItem()
}

async function holds(store: Store, key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
  const there = await store.read({ key, size: undefined, etag: '' }, { most: MOST, signal })
  return Buffer.compare(there, bytes) === 0
}

async function between(
  from: FolderStore,
  item: Item,
  to: FolderStore,
  key: string,
  how: 'copy' | 'move',
): Promise<Transferred> {
  const [path, target] = [from.path(item.key), await to.newPath(key)]
  const mark = await from.check(item)
  await makeFolder(dirname(target))
  try {
    await withOriginal<unknown>(path, picture => (how === 'copy' ? copyNew : moveNew)(picture, target), mark)
    return 'done'
  } catch (error) {
    if (error instanceof ChangedFile) throw changedItem()
    if (systemCode(error) !== 'EEXIST') throw error
    if (!(await isSecondCopy(path, target))) return 'taken'
    if (how === 'move') {
      await settle(target) // from now on it is the only one
      await from.remove(item.key)
    }
    return 'before'
  }
}
