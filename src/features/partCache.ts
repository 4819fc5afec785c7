import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDraft } from '../disk/draft.ts'
import { makeFolder } from '../disk/folder.ts'
import { keepBeside } from '../disk/keepBeside.ts'
import { dropFile } from '../disk/patience.ts'
import { systemError } from '../errors/system.ts'
import { messageOf, systemCode, UserError } from '../errors.ts'
import { pause } from '../flow/pause.ts'
import { settled } from '../flow/together.ts'
import { halvesToFloats } from '../graph/tensor.ts'
import { HASH_BYTES, type VectorKind } from '../table/arrow.ts'
import type { BottleneckCache, FileRecord, StoreEntry, Wanted } from './cache.ts'
import { type FileRecords, readFileTable, writeFileTable } from './fileTable.ts'
import { fillFrom } from './fillFrom.ts'
import { allFinite } from './finite.ts'
import { isForeign } from './partFile.ts'
import { PartFolder } from './partFolder.ts'
import { PassingRows } from './passingRows.ts'
import { RowIndex } from './rowIndex.ts'
import { WantedRows } from './wantedRows.ts'

const PARTS = 'parts'
const DAMAGED = 'damaged'
const FILES = 'files.arrow'
/** What itc wrote here before it had parts. */
const OLD_DATABASE = 'data.mdb'
/** The table of files is written whole, so not at every change; of a million files it takes seconds, a twentieth of all time at most. */
const SAVE_MS = 15_000
const SAVE_SHARE = 20

/**
 * The cache of bottlenecks in `tf_files/bottlenecks`: immutable part files of vectors by their picture's content, and beside
 * them a table of the files whose content is known. Needs no lock and no writable disk: what can't be written is computed
 * again next time. Safe to delete at any time.
 */
export class PartCache implements BottleneckCache {
  readonly #folder: string
  readonly #parts: PartFolder
  readonly #files: FileRecords
  #fresh = new Map<string, FileRecord>()
  readonly #indexes = new Map<string, Promise<RowIndex>>()
  readonly #written = new Set<string>()
  #nextSave = performance.now() + SAVE_MS
  #saving = Promise.resolve()
  #merging = Promise.resolve()
  #problem: string | undefined
  readonly #foreign: boolean

  /** @param foreign whether somebody else's file has our table's name */
  private constructor(folder: string, files: FileRecords, foreign: boolean) {
    this.#foreign = foreign
    this.#folder = folder
    this.#parts = new PartFolder(join(folder, PARTS), join(folder, DAMAGED))
    this.#files = files
  }

  /**
   * Opens the cache; makes nothing until there is something to keep.
   * @throws UserError `E_CACHE` when its place is taken by something else, or can't be read
   */
  static async open(folder: string): Promise<PartCache> {
    await readdir(folder).catch(cause => {
      if (systemCode(cause) === 'ENOENT') return
      throw new UserError('E_CACHE', `The bottleneck cache ${folder} can't be opened: ${messageOf(cause)}.`, {
        hint: 'Check that the folder can be read; it holds nothing but the cache, so it may be deleted.',
        cause,
      })
    })
    const path = join(folder, FILES)
    return new PartCache(folder, await readFileTable(path), await isForeign(path))
  }

  /** Whether there may be vectors of all these identities, told by the names of files alone. */
  static async mayHold(folder: string, identities: readonly string[]): Promise<boolean> {
    const parts = new PartFolder(join(folder, PARTS), join(folder, DAMAGED))
    const names = await Promise.all(identities.map(identity => parts.names(identity)))
    return names.every(({ length }) => length > 0)
  }

  /** What a person should hear of the cache, in sentences: damage that was set aside, a disk that takes nothing, an old database. */
  notes(): string[] {
    const { size } = this.#parts.damaged
    return [
      ...(size > 0 ? [`Damaged files of the cache were set aside: ${size}. What they held is computed again.`] : []),
      ...(this.#problem === undefined
        ? []
        : [`The cache of bottlenecks can't be written: ${this.#problem}. The next run computes them again.`]),
      ...(this.#foreign
        ? [`${FILES} in ${this.#folder} was not written by itc and is kept as ${FILES}.bak when ours is written.`]
        : []),
      ...(existsSync(join(this.#folder, OLD_DATABASE))
        ? [`${join(this.#folder, OLD_DATABASE)} is of an earlier version and may be deleted.`]
        : []),
    ]
  }

  file(path: string): FileRecord | undefined {
    return this.#files.get(path)
  }

  async read(hash: string, identity: string, target: Float32Array, offset: number, length: number): Promise<boolean> {
    let index = this.#indexes.get(identity)
    if (index === undefined) {
      index = RowIndex.of(this.#parts, identity)
      this.#indexes.set(identity, index)
    }
    const row = await (await index).read(hash)
    return row?.length === length && place(row, target, offset)
  }

  async readAll(
    identity: string,
    wanted: readonly Wanted[],
    target: Float32Array,
    length: number,
    signal?: AbortSignal,
  ): Promise<boolean[]> {
    const rows = new WantedRows(wanted, target, length)
    await fillFrom(this.#parts, identity, rows, signal)
    return rows.found
  }

  async readEach(
    identity: string,
    hashes: readonly string[],
    length: number,
    take: (at: number, bottleneck: Float32Array | Uint16Array) => void,
    signal?: AbortSignal,
  ): Promise<boolean[]> {
    const passing = new PassingRows(hashes, length, take)
    for await (const { part } of this.#parts.parts(identity)) {
      await pause(signal)
      if (await passing.take(part, signal)) break
    }
    return passing.found
  }

  async writeFiles(records: Iterable<readonly [path: string, record: FileRecord]>): Promise<void> {
    for (const [path, record] of records) {
      this.#files.set(path, record)
      this.#fresh.set(path, record)
    }
    if (performance.now() > this.#nextSave) await this.#save()
  }

  /** Each call is a part of its own, on the disk when it resolves. A vector that is no number is not kept. */
  async writeBottlenecks(identity: string, entries: readonly StoreEntry[], kind?: VectorKind): Promise<void> {
    const sound = entries.filter(({ bottleneck }) => allFinite(bottleneck))
    const width = sound[0]?.bottleneck.length
    if (width === undefined) return
    const half = sound[0]!.bottleneck instanceof Uint16Array
    const vectors = half ? new Uint16Array(sound.length * width) : new Float32Array(sound.length * width)
    const hashes = new Uint8Array(sound.length * HASH_BYTES)
    for (const [row, { hash, bottleneck }] of sound.entries()) {
      vectors.set(bottleneck, row * width)
      hashes.set(Buffer.from(hash, 'hex'), row * HASH_BYTES)
    }
    await this.#attempt(async () => {
      const stored = await this.#parts.write({ kind, identity, hashes, vectors, rows: sound.length, width })
      ;(await this.#indexes.get(identity))?.add(this.#parts.path, stored)
    })
    this.#written.add(identity)
  }

  /**
   * Joins the small parts that were written, saves the table of files, and removes what killed writers left. For one process at a time: under the lock
   * of the training. Within it one after another; `close` waits for the last.
   */
  merge(): Promise<void> {
    this.#merging = this.#merging.then(() => this.#merge())
    return this.#merging
  }

  async #merge(): Promise<void> {
    await this.#save()
    for (const folder of [this.#folder, this.#parts.path]) await removeDrafts(folder)
    for (const identity of this.#written) await this.#attempt(() => this.#parts.merge(identity))
    this.#written.clear()
  }

  /** Checks all that is kept, dearer than a reading does: `notes` tell what was set aside. */
  async verify(signal?: AbortSignal): Promise<void> {
    await this.#parts.verify(signal)
  }

  async close(): Promise<void> {
    await settled(this.#merging) // whoever asked for it is told
    await this.#save()
  }

  /** One after another: each puts its records to those that are there. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveFresh())
    return this.#saving
  }

  /** What another process knows of other files stays. */
  async #saveFresh(): Promise<void> {
    if (this.#fresh.size === 0) return
    const [start, fresh] = [performance.now(), this.#fresh]
    this.#fresh = new Map() // more may come meanwhile
    this.#nextSave = Number.POSITIVE_INFINITY
    const path = join(this.#folder, FILES)
    const all = await readFileTable(path)
    for (const [name, record] of fresh) all.set(name, record)
    await this.#attempt(async () => {
      await makeFolder(this.#folder)
      if (await isForeign(path)) await keepBeside(path)
      await writeFileTable(path, all)
    })
    const end = performance.now()
    this.#nextSave = end + Math.max(SAVE_MS, SAVE_SHARE * (end - start))
  }

  /** A cache that can't be written costs time, not the run. */
  async #attempt(write: () => Promise<unknown>): Promise<void> {
    if (this.#problem !== undefined) return
    // Another process that joins parts may have taken the draft for a killed writer's.
    const again = (error: unknown) => (systemCode(error) === 'ENOENT' ? write() : Promise.reject(error))
    await write()
      .catch(again)
      .catch(error => {
        this.#problem = systemError(error)?.reason ?? messageOf(error)
      })
  }
}

/** Puts a row in its place; false, and nothing put, for one that is not all numbers: such a one is never believed. */
function place(row: Float32Array | Uint16Array, target: Float32Array, offset: number): boolean {
  const floats = row instanceof Float32Array ? row : halvesToFloats(row)
  if (!allFinite(floats)) return false
  target.set(floats, offset)
  return true
}

async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter(isDraft)) await dropFile(join(folder, name))
}
