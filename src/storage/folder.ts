import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { realPath } from '../disk/inside.ts'
import { removeFile } from '../disk/patience.ts'
import { type Entry, listFolder, type Mark, markOf, statAll } from '../disk/walk.ts'
import { writeNew } from '../disk/writeAtomic.ts'
import { systemError, unreadableReason } from '../errors/system.ts'
import { systemCode, UserError } from '../errors.ts'
import {
  changedItem,
  type Item,
  ItemError,
  isSafeKey,
  type ListOptions,
  type ReadOptions,
  type Store,
  UNSAFE_KEY,
} from './store.ts'

/**
 * A folder as a store. Links are not followed, hidden files are listed like others, and a file is written whole under a
 * name of its own before it gets its name by `link()`, which fails where there is one already. Where the disk knows no
 * second names (a stick, some shares), of writers of the same moment each believes to be the first, and the last one's file
 * stays.
 */
export class FolderStore implements Store {
  readonly address: string
  readonly #root: string

  constructor(root: string) {
    this.address = root
    this.#root = root
  }

  /** The same by its real path, which is what tells it from others. */
  static async at(path: string): Promise<FolderStore> {
    return new FolderStore(await realPath(path))
  }

  inside(folder: string): Store {
    return new FolderStore(this.path(folder))
  }

  async *list(options: ListOptions = {}): AsyncGenerator<Item> {
    const top = await listFolder(this.#root).catch(cause => {
      if (systemCode(cause) === 'ENOENT') return []
      throw cannot('list', this.#root, cause)
    })
    yield* this.#list('', top, options)
  }

  async *#list(folder: string, entries: readonly Entry[], options: ListOptions): AsyncGenerator<Item> {
    const named = entries.map(entry => ({ entry, key: `${folder}${Buffer.from(entry.name).toString()}` }))
    const files = named.filter(({ entry }) => entry.type === 'file')
    const marks = await statAll(files.map(({ key }) => ({ path: join(this.#root, key), link: false })))
    const measured = new Map(files.map(({ key }, at) => [key, marks[at]!]))
    for (const { entry, key } of named) {
      options.signal?.throwIfAborted()
      const mark = measured.get(key)
      const skip = (reason: string) => options.onSkipped?.(key, reason)
      if (!isSafeKey(key) || key.includes('\ufffd')) skip(UNSAFE_KEY)
      else if (entry.type === 'folder') yield* this.#inner(key, options)
      else if (entry.type === 'link') skip('a link, which is not followed')
      else if (typeof mark === 'object') yield { key, size: mark.size, etag: etagOf(mark), modified: mark.mtimeMs }
      else skip(mark ?? (entry.type === 'special' ? entry.what : 'it cannot be read'))
    }
  }

  async *#inner(key: string, options: ListOptions): AsyncGenerator<Item> {
    const entries = await listFolder(join(this.#root, key)).catch((error: unknown) => {
      options.onSkipped?.(key, `a folder that cannot be read (${systemCode(error)})`)
      return []
    })
    yield* this.#list(`${key}/`, entries, options)
  }

  async read(item: Pick<Item, 'key' | 'size' | 'etag'>, { most, signal }: ReadOptions): Promise<Uint8Array> {
    return await this.#opened(item, async (file, { size }) => {
      if (size > most) throw new ItemError('too-large', `larger than ${most} bytes`)
      return await file.readFile(signal ? { signal } : {})
    }).catch(error => {
      signal?.throwIfAborted()
      throw error
    })
  }

  /** @throws ItemError where an item is gone, behind a link, or no longer what was listed */
  async check(item: Pick<Item, 'key' | 'size' | 'etag'>): Promise<Mark> {
    return await this.#opened(item, async (_, stats) => markOf(stats))
  }

  /** The path that a new key is to have. @throws ItemError where a folder on the way is a link, before anything is made */
  async newPath(key: string): Promise<string> {
    const path = this.path(key)
    for (let folder = dirname(path); folder.length > this.#root.length; folder = dirname(folder)) {
      const kind = await lstat(folder).catch(() => undefined)
      if (kind?.isSymbolicLink()) throw new ItemError('unreadable', BEHIND_LINK)
    }
    return path
  }

  async #opened<T>(
    { key, size, etag }: Pick<Item, 'key' | 'size' | 'etag'>,
    use: (file: FileHandle, stats: Stats) => Promise<T>,
  ): Promise<T> {
    const file = await this.#open(key)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new ItemError('unreadable', 'not a regular file')
      if (etag !== '' && (stats.size !== size || etagOf(stats) !== etag)) throw changedItem()
      return await use(file, stats)
    } catch (error) {
      throw error instanceof ItemError ? error : new ItemError('unreadable', unreadableReason(error), error)
    } finally {
      await file.close()
    }
  }

  /** No link on the way is followed: a name from elsewhere must not lead out of the folder. */
  async #open(key: string): Promise<FileHandle> {
    const path = this.path(key)
    try {
      const folder = await realpath(dirname(path))
      if (folder !== dirname(join(await realpath(this.#root), key))) throw new ItemError('unreadable', BEHIND_LINK)
      return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    } catch (error) {
      if (error instanceof ItemError) throw error
      const kind = systemCode(error) === 'ENOENT' ? 'gone' : 'unreadable'
      throw new ItemError(kind, kind === 'gone' ? 'gone since it was listed' : unreadableReason(error), error)
    }
  }

  async has({ key, size, etag }: Pick<Item, 'key' | 'size' | 'etag'>): Promise<boolean> {
    const there = await this.look(key)
    return there !== undefined && (etag === '' || (there.size === size && there.etag === etag))
  }

  async look(key: string): Promise<Item | undefined> {
    const stats = await lstat(this.path(key)).catch(() => undefined)
    if (!stats?.isFile()) return undefined
    return { key, size: stats.size, etag: etagOf(stats), modified: stats.mtimeMs }
  }

  async putNew(key: string, bytes: Uint8Array): Promise<boolean> {
    const path = await this.newPath(key).catch(error => {
      throw cannot('write', join(this.#root, key), error)
    })
    await makeFolder(dirname(path)).catch(error => {
      throw cannot('write', path, error)
    })
    try {
      await writeNew(path, bytes)
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw cannot('write', path, error)
    }
  }

  async remove(key: string): Promise<void> {
    await removeFile(await this.newPath(key)).catch(error => {
      if (systemCode(error) !== 'ENOENT') throw cannot('remove', this.path(key), error)
    })
  }

  /** Of a key's file. @throws ItemError for a key that leads elsewhere */
  path(key: string): string {
    if (!isSafeKey(key)) throw new ItemError('unreadable', UNSAFE_KEY)
    return join(this.#root, key)
  }
}

const BEHIND_LINK = 'behind a link'

/** The time of change; its size stands beside it. */
function etagOf({ mtimeMs }: Pick<Stats, 'mtimeMs'>): string {
  return String(mtimeMs)
}

function cannot(what: 'list' | 'write' | 'remove', path: string, cause: unknown): unknown {
  if (cause instanceof ItemError) {
    const message = `Can't ${what} "${path}": ${cause.message}.`
    return new UserError('E_STORE', message, { hint: 'Choose another folder.', cause })
  }
  const known = systemError(cause)
  if (known === undefined) return cause
  const reason = what === 'list' ? (known.reading ?? known.reason) : known.reason
  const message = `Can't ${what} "${path}": ${reason}.`
  return new UserError(known.code ?? 'E_STORE', message, { hint: `${known.remedy}.`, cause })
}
