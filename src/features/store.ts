import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { type Database, open, type RootDatabase } from 'lmdb'
import { systemCode, UserError } from '../errors.ts'
import { pause, SLICE } from '../flow/pause.ts'
import type { BottleneckCache, FileRecord, StoreEntry, Wanted } from './cache.ts'
import { checkStoreFile } from './storeFile.ts'

/** Bottlenecks read or written before their memory is given back: some 100 MB. */
const RELEASE = 16_384

/** The cache of bottlenecks as an LMDB database in `tf_files/bottlenecks`. Safe to delete at any time. */
export class BottleneckStore implements BottleneckCache {
  readonly #folder: string
  #unreleased = 0
  #releasing: Promise<void> | undefined
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

  file(path: string): FileRecord | undefined {
    return this.#files.get(fileKey(path))
  }

  read(hash: string, identity: string, target: Float32Array, offset: number, length: number): boolean {
    if (this.#releasing) return false // closed for a moment: computing one bottleneck anew does no harm
    const bytes = this.#bottlenecks.getBinary(`${hash}:${identity}`)
    if (bytes?.byteLength !== length * Float32Array.BYTES_PER_ELEMENT) return false
    new Uint8Array(target.buffer, target.byteOffset + offset * Float32Array.BYTES_PER_ELEMENT, bytes.byteLength).set(
      bytes,
    )
    return true
  }

  async readAll(
    identity: string,
    wanted: readonly Wanted[],
    target: Float32Array,
    length: number,
    signal?: AbortSignal,
  ): Promise<boolean[]> {
    const found: boolean[] = []
    for (const { hash, offset } of wanted) {
      if (found.length % SLICE === 0) await pause(signal)
      const hit = this.read(hash, identity, target, offset, length)
      found.push(hit)
      if (hit && ++this.#unreleased >= RELEASE) await this.#giveBack()
    }
    return found
  }

  async writeFiles(records: Iterable<readonly [path: string, record: FileRecord]>): Promise<void> {
    await this.#write(() => {
      for (const [path, record] of records) this.#files.put(fileKey(path), record)
    })
  }

  async writeBottlenecks(identity: string, entries: readonly StoreEntry[]): Promise<void> {
    await this.#write(() => {
      for (const { hash, bottleneck } of entries) {
        const bytes = Buffer.from(bottleneck.buffer, bottleneck.byteOffset, bottleneck.byteLength)
        this.#bottlenecks.put(`${hash}:${identity}`, bytes)
      }
    })
    this.#unreleased += entries.length
    if (this.#unreleased >= RELEASE) await this.#giveBack()
  }

  /** A synchronous transaction: of a failed asynchronous one the library throws an error that nobody can catch. */
  async #write(change: () => void): Promise<void> {
    while (this.#releasing) await this.#releasing
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

  /** Gives back the memory of the bottlenecks that were read or written. */
  async #giveBack(): Promise<void> {
    this.#releasing ??= this.#reopen().finally(() => {
      this.#releasing = undefined
    })
    await this.#releasing
  }

  /** The file is mapped, and the pages that were looked at count as the process's own until it is closed. */
  async #reopen(): Promise<void> {
    this.#unreleased = 0
    await this.#root.close()
    const { root, files, bottlenecks } = openDatabases(this.#folder)
    this.#root = root
    this.#files = files
    this.#bottlenecks = bottlenecks
  }

  async close(): Promise<void> {
    await this.#releasing
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
