import { HASH_BYTES } from '../table/arrow.ts'
import { keysOf, type Part, type PartData, type StoredPart } from './part.ts'

/** Parts of one identity that may be joined have this in common. */
export function kindOf({ kind, width, vectors }: Part): string {
  return `${kind} ${width} ${vectors.BYTES_PER_ELEMENT}`
}

interface Row {
  readonly part: Part
  readonly row: number
}

/** Joins parts that are alike, some at a time; each picture's row once, however many parts have it. */
export class Joining {
  readonly #seen = new Set<string>() // by `rowKey`
  #names: string[] = []
  #rows: Row[] = []
  /** Length of the files that were added since the last `take`. */
  bytes = 0

  add({ name, part, bytes }: StoredPart): void {
    this.#names.push(name)
    this.bytes += bytes
    for (const [row, key] of keysOf(part).entries()) {
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      this.#rows.push({ part, row })
    }
  }

  /** What the parts added since the last time become, and their names. No data when others had all of their rows. */
  take(): { readonly names: readonly string[]; readonly data: PartData | undefined } {
    const [names, rows] = [this.#names, this.#rows]
    this.#names = []
    this.#rows = []
    this.bytes = 0
    return { names, data: rows.length === 0 ? undefined : gather(rows) }
  }
}

function gather(rows: readonly Row[]): PartData {
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
