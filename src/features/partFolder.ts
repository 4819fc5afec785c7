import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { dropFile, renamePatiently } from '../disk/patience.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { systemCode } from '../errors.ts'
import { pause } from '../flow/pause.ts'
import { HASH_BYTES } from '../table/arrow.ts'
import { decodePart, encodePart, isIntact, keysOf, type Part, type PartData } from './part.ts'

/** A local part's name: the start of its identity's digest, then of its content's. */
const NAME = /^[0-9a-f]{16}-[0-9a-f]{32}\.arrow$/
/** Merged parts hold about as much, and a part smaller than half of it is merged with others. */
const FULL_BYTES = 16 << 20
/** A part of a fleet may be larger than those written here; anything beyond this is none. */
const LARGEST = 512 << 20
const CHANGED = 'its content is not the one that gave it its name'
/** So many small parts of one identity are worth a merging. */
const MANY = 8

/** A part and the file that holds it. */
export interface StoredPart {
  readonly name: string
  readonly part: Part
  /** Length of the file. */
  readonly bytes: number
}

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
    }
  }

  /**
   * The parts of an identity, one at a time. One that another process merges away meanwhile is found again in the part
   * that took its place; a damaged one is set aside.
   */
  async *parts(identity: string): AsyncGenerator<StoredPart> {
    const seen = new Set<string>()
    for (let names = await this.names(identity); names.length > 0; ) {
      let gone = false
      for (const name of names) {
        seen.add(name)
        const read = await this.read(name)
        if (read === undefined) gone = true
        else if (read.part.identity === identity) yield read
      }
      names = gone ? (await this.names(identity)).filter(name => !seen.has(name)) : []
    }
  }

  /** One part; undefined when it is gone, or damaged and now set aside. */
  async read(name: string): Promise<StoredPart | undefined> {
    const bytes = await readWhole(join(this.path, name)).catch(error => {
      if (systemCode(error) === 'ENOENT') return undefined
      return error as Error // an unreadable sector
    })
    if (bytes === undefined) return undefined
    try {
      if (!(bytes instanceof Uint8Array)) throw bytes
      return { name, part: decodePart(bytes), bytes: bytes.length }
    } catch (error) {
      await this.setAside(name, error instanceof Error ? error.message : String(error))
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
    return { name, part: decodePart(new Uint8Array(bytes)), bytes: bytes.length }
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
   * Makes few large parts of an identity's many small ones. For one process at a time. A kill leaves rows in two parts,
   * which count once.
   */
  async merge(identity: string): Promise<void> {
    const small: StoredPart[] = []
    for await (const stored of this.parts(identity)) {
      if (stored.bytes >= FULL_BYTES / 2 || !NAME.test(stored.name)) continue
      if (isIntact(stored.part)) small.push(stored)
      else await this.setAside(stored.name, CHANGED)
    }
    if (small.length < MANY) return
    const written = new Set<string>()
    for (const joined of joinParts(small.map(({ part }) => part))) written.add((await this.write(joined)).name)
    for (const { name } of small) if (!written.has(name)) await dropFile(join(this.path, name))
  }
}

/** The rows of parts of one identity, each picture's once, in parts of at most `FULL_BYTES`. */
function* joinParts(parts: readonly Part[]): Generator<PartData> {
  const kinds = new Map<string, Part[]>()
  for (const part of parts) {
    const kind = `${part.kind} ${part.width} ${part.vectors.BYTES_PER_ELEMENT}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), part])
  }
  for (const alike of kinds.values()) {
    const seen = new Set<string>()
    const rows = alike.flatMap(part =>
      keysOf(part).flatMap((key, row) => {
        if (seen.has(key)) return []
        seen.add(key)
        return [{ part, row }]
      }),
    )
    const { width, vectors } = alike[0]!
    const most = Math.max(1, Math.floor(FULL_BYTES / (width * vectors.BYTES_PER_ELEMENT + HASH_BYTES)))
    for (let at = 0; at < rows.length; at += most) yield gather(rows.slice(at, at + most))
  }
}

function gather(rows: readonly { readonly part: Part; readonly row: number }[]): PartData {
  const { kind, identity, width, vectors: sample } = rows[0]!.part
  const vectors =
    sample instanceof Float32Array ? new Float32Array(rows.length * width) : new Uint16Array(rows.length * width)
  const hashes = new Uint8Array(rows.length * HASH_BYTES)
  for (const [at, { part, row }] of rows.entries()) {
    hashes.set(part.hashes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES), at * HASH_BYTES)
    vectors.set(part.vectors.subarray(row * width, (row + 1) * width), at * width)
  }
  return { kind, identity, hashes, vectors, rows: rows.length, width }
}

function digestOf(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 16)
}

/** A file's bytes at the start of an ArrayBuffer of their own, so that the arrays inside them need no copy. */
async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > LARGEST) throw new Error('it is no file of a likely size')
    const bytes = new Uint8Array(stats.size)
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) throw new Error('it was cut short')
      at += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
