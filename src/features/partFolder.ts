import { createHash } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { dropFile, renamePatiently } from '../disk/patience.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { isShortage } from '../errors/system.ts'
import { messageOf, systemCode } from '../errors.ts'
import { pause } from '../flow/pause.ts'
import { allFinite } from './finite.ts'
import { Joining, kindOf } from './joining.ts'
import { decodePart, encodePart, isIntact, type PartData, type StoredPart } from './part.ts'
import { type Memory, readWhole } from './partFile.ts'

/** A local part's name: the start of its identity's digest, then of its content's. */
const NAME = /^[0-9a-f]{16}-[0-9a-f]{32}\.arrow$/
/** Merged parts hold about as much, and a part smaller than half of it is merged with others. */
const FULL_BYTES = 16 << 20
const CHANGED = 'its content is not the one that gave it its name'
/** Parts that are being read while one is looked at: two of them keep two processors busy. */
const AHEAD = 2
/** So many small parts of one identity are worth a merging. */
const MANY = 8

/**
 * A folder of immutable part files: each is written whole under a name made from its content, and never changed. So readers
 * need no lock, two writers do no harm, and a kill loses at most the part that was not yet whole.
 */
export class PartFolder {
  readonly path: string
  readonly #aside: string
  /** Names of parts that can't be used, by the reason. */
  readonly damaged = new Map<string, string>()

  constructor(path: string, aside: string) {
    this.path = path
    this.#aside = aside
  }

  /** Names of the part files that may hold vectors of an identity; none where there is no folder. */
  async names(identity: string): Promise<string[]> {
    const prefix = `${digestOf(identity)}-`
    // A fleet names its parts otherwise: what they hold is told inside.
    return (await this.#all()).filter(name => !NAME.test(name) || name.startsWith(prefix))
  }

  async #all(): Promise<string[]> {
    const all = await readdir(this.path).catch(error => {
      if (systemCode(error) === 'ENOENT') return []
      throw error
    })
    return all.filter(name => name.endsWith('.arrow') && !this.damaged.has(name)).sort()
  }

  /** Reads every part and holds all of it against the sha256 that gave it its name; what doesn't match is set aside. */
  async verify(signal?: AbortSignal): Promise<void> {
    for (const name of await this.#all()) {
      await pause(signal)
      const stored = await this.read(name)
      if (stored && !isIntact(stored.part)) await this.setAside(name, CHANGED)
      // Readings take its word for that.
      else if (stored?.part.finite && !allFinite(stored.part.vectors))
        await this.setAside(name, 'it has what is no number')
    }
  }

  /** The parts of an identity, one at a time, the next ones read while one is looked at; a damaged one is set aside. */
  async *parts(identity: string): AsyncGenerator<StoredPart> {
    for await (const names of this.lists(identity)) {
      const reading = names.slice(0, AHEAD).map(name => this.read(name))
      for (const at of names.keys()) {
        const found = await reading.shift()
        const ahead = names[at + AHEAD]
        if (ahead !== undefined) reading.push(this.read(ahead))
        if (found?.part.identity === identity) yield found
      }
    }
  }

  /**
   * Names of the parts that may hold vectors of an identity, and then, as often as some of them are gone when they have been
   * looked at, those that came since: what another process merges away is found again in the part that took its place.
   */
  async *lists(identity: string): AsyncGenerator<readonly string[]> {
    const seen = new Set<string>()
    for (let names = await this.names(identity); names.length > 0; ) {
      yield names
      for (const name of names) seen.add(name)
      const present = new Set(await this.names(identity))
      names = names.every(name => present.has(name)) ? [] : [...present].filter(name => !seen.has(name))
    }
  }

  /** One part; undefined when it is gone, can't be read for no fault of its own, or is damaged and now set aside. */
  async read(name: string, memory?: Memory): Promise<StoredPart | undefined> {
    const bytes = await readWhole(join(this.path, name), memory).catch(error => {
      if (isNoFault(error)) return undefined
      return error as Error // an unreadable sector
    })
    if (bytes === undefined) return undefined
    try {
      if (!(bytes instanceof Uint8Array)) throw bytes
      return { name, part: decodePart(bytes), bytes: bytes.length }
    } catch (error) {
      await this.setAside(name, messageOf(error))
      return undefined
    }
  }

  /** Writes a part; once it resolves the part is on the disk. */
  async write(part: PartData): Promise<StoredPart> {
    const { bytes, content } = encodePart(part)
    const name = `${digestOf(part.identity)}-${content.slice(0, 32)}.arrow`
    await makeFolder(this.path)
    await writeAtomic(join(this.path, name), bytes)
    this.damaged.delete(name)
    return { name, part: decodePart(bytes), bytes: bytes.length }
  }

  /** Moves a part that can't be trusted out of the way: what it held is computed again. */
  async setAside(name: string, reason: string): Promise<void> {
    this.damaged.set(name, reason)
    // Where nothing can be written it stays, and is passed over.
    await mkdir(this.#aside, { recursive: true })
      .then(() => renamePatiently(join(this.path, name), join(this.#aside, name)))
      .catch(() => undefined)
  }

  /**
   * Makes few large parts of an identity's many small ones, holding no more than one large part's at a time. For one process
   * at a time. A kill leaves rows in two parts, which count once.
   */
  async merge(identity: string): Promise<void> {
    const small = await this.#small(identity)
    if (small.length < MANY) return
    const joins = new Map<string, Joining>()
    for (const name of small) {
      const stored = await this.read(name)
      if (stored?.part.identity !== identity) continue
      if (!isIntact(stored.part)) {
        await this.setAside(name, CHANGED)
        continue
      }
      const kind = kindOf(stored.part)
      const joining = joins.get(kind) ?? new Joining()
      joins.set(kind, joining)
      if (joining.bytes + stored.bytes > FULL_BYTES) await this.#join(joining)
      joining.add(stored)
    }
    for (const joining of joins.values()) await this.#join(joining)
  }

  /** Names of the parts that are worth joining. */
  async #small(identity: string): Promise<string[]> {
    const names = (await this.names(identity)).filter(name => NAME.test(name))
    const sizes = await Promise.all(names.map(name => sizeOf(join(this.path, name))))
    return names.filter((_, at) => sizes[at]! < FULL_BYTES / 2)
  }

  async #join(joining: Joining): Promise<void> {
    const { names, data } = joining.take()
    if (names.length < 2) return
    const written = data && (await this.write(data)).name
    for (const name of names) if (name !== written) await dropFile(join(this.path, name))
  }
}

/** Gone, somebody else's, or held by another program: the part may be sound. */
const NO_FAULT = ['ENOENT', 'EACCES', 'EPERM', 'EBUSY']

function isNoFault(error: unknown): boolean {
  if (error instanceof RangeError) return true // no room for an array of its length
  return isShortage(error) || NO_FAULT.includes(systemCode(error) ?? '')
}

function digestOf(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 16)
}

/** Infinite for a file that is gone. */
async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined)
  return stats?.size ?? Number.POSITIVE_INFINITY
}
