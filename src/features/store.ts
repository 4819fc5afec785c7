import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { type Database, open, type RootDatabase } from 'lmdb'
import type { Backbone } from '../backbone/backbone.ts'
import { systemCode, UserError } from '../errors.ts'
import { RECIPE_VERSION } from '../image/recipe.ts'
import { checkStoreFile } from './storeFile.ts'

/** What was known of a file when its bytes were last read. */
export interface FileRecord {
  readonly size: number
  readonly mtimeMs: number
  /** sha256 of the bytes, hex. */
  readonly hash: string
}

/** A file's new record and, where it was computed, its bottleneck under one backbone. */
export interface StoreEntry {
  readonly hash: string
  readonly bottleneck: Float32Array
}

/**
 * The cache of bottlenecks: LMDB in `tf_files/bottlenecks`. Keyed by the picture's content, so that a renamed or moved
 * picture is found again and a replaced one is not. Safe to delete at any time.
 */
export class BottleneckStore {
  readonly #folder: string
  #root: RootDatabase
  #files: Database<FileRecord, string>
  #bottlenecks: Database<Buffer, string>

  private constructor(folder: string) {
    this.#folder = folder
    const { root, files, bottlenecks } = openDatabases(folder)
    this.#root = root
    this.#files = files
    this.#bottlenecks = bottlenecks
  }

  /**
   * Opens the cache, making the folder if absent.
   * @throws UserError when the folder can't be written or holds something else, or a damaged cache
   */
  static async open(folder: string): Promise<BottleneckStore> {
    try {
      await fs.ensureDir(folder)
      await checkStoreFile(join(folder, 'data.mdb'))
      await allocateLock(folder)
      return new BottleneckStore(folder)
    } catch (cause) {
      throw new UserError('E_CACHE', `The bottleneck cache ${folder} can't be opened: ${reason(cause)}.`, {
        hint: 'Check that the folder can be written; it holds nothing but the cache, so it may be deleted.',
        cause,
      })
    }
  }

  /** The record of a file by its path under the data folder. */
  file(path: string): FileRecord | undefined {
    return this.#files.get(fileKey(path))
  }

  /** Copies one bottleneck into `target` at `offset`; false where there is none of that length. */
  read(hash: string, identity: string, target: Float32Array, offset: number, length: number): boolean {
    const bytes = this.#bottlenecks.getBinary(`${hash}:${identity}`)
    if (bytes?.byteLength !== length * Float32Array.BYTES_PER_ELEMENT) return false
    new Uint8Array(target.buffer, target.byteOffset + offset * Float32Array.BYTES_PER_ELEMENT, bytes.byteLength).set(
      bytes,
    )
    return true
  }

  /** Remembers files' records; resolves when they are committed. */
  async writeFiles(records: Iterable<readonly [path: string, record: FileRecord]>): Promise<void> {
    await this.#write(() => {
      for (const [path, record] of records) this.#files.put(fileKey(path), record)
    })
  }

  /** Stores a batch of bottlenecks in one transaction; resolves when it is committed. */
  async writeBottlenecks(identity: string, entries: readonly StoreEntry[]): Promise<void> {
    await this.#write(() => {
      for (const { hash, bottleneck } of entries) {
        const bytes = Buffer.from(bottleneck.buffer, bottleneck.byteOffset, bottleneck.byteLength)
        this.#bottlenecks.put(`${hash}:${identity}`, bytes)
      }
    })
  }

  /** A synchronous transaction: of a failed asynchronous one the library throws an error that nobody can catch. */
  async #write(change: () => void): Promise<void> {
    try {
      this.#root.transactionSync(change)
    } catch (cause) {
      const why = (await isFull(this.#folder)) ? 'the disk is full' : reason(cause)
      throw new UserError('E_CACHE', `The bottleneck cache can't be written: ${why}.`, {
        hint: 'Free some space on the disk, then run the same command again: what was computed is kept.',
        cause,
      })
    }
  }

  /**
   * Gives back the memory of what was read: the file is mapped, and the pages that were looked at count as the process's
   * own until it is closed. For a moment between reads, when no write is under way.
   */
  async release(): Promise<void> {
    await this.#root.close()
    const { root, files, bottlenecks } = openDatabases(this.#folder)
    this.#root = root
    this.#files = files
    this.#bottlenecks = bottlenecks
  }

  async close(): Promise<void> {
    await this.#root.close()
  }
}

/** More than LMDB's table of readers takes. */
const LOCK_BYTES = 16_384

/**
 * Gives LMDB's lock file its space on the disk. LMDB leaves it a hole and maps it, and a page that a full disk can't give
 * ends the process without a word.
 */
async function allocateLock(folder: string): Promise<void> {
  try {
    await fs.writeFile(join(folder, 'lock.mdb'), Buffer.alloc(LOCK_BYTES), { flag: 'wx' })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return
    await fs.remove(join(folder, 'lock.mdb'))
    throw error
  }
}

function openDatabases(folder: string) {
  const root = open({ path: folder, maxDbs: 4, noMemInit: true })
  const files = root.openDB<FileRecord, string>({ name: 'files', encoding: 'json' })
  const bottlenecks = root.openDB<Buffer, string>({ name: 'bottlenecks', encoding: 'binary' })
  return { root, files, bottlenecks }
}

/** What makes two bottlenecks of one picture the same: the network's weights, its input and how the picture was prepared. */
export function bottleneckIdentity(backbone: Backbone): string {
  const { size, resize, mean, scale } = backbone.recipe
  const text = JSON.stringify([RECIPE_VERSION, backbone.sha256, backbone.features, size, resize, mean, scale])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** LMDB's keys end at 1,978 bytes; a path may have 4,096. */
function fileKey(path: string): string {
  return Buffer.byteLength(path) < 1024 ? path : `sha256:${createHash('sha256').update(path).digest('hex')}`
}

/** LMDB says "Input/output error" when only a part of its pages fit. */
async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize < 4_000_000
}

function reason(error: unknown): string {
  return systemCode(error) === 'ENOSPC' ? 'the disk is full' : error instanceof Error ? error.message : String(error)
}
