import type { EnginePicture } from './messages.ts'

/** A picture with its bottleneck, once that is known. */
export interface Remembered extends EnginePicture {
  readonly vector: Float32Array | undefined
  /** Why there is none; undefined while nobody has looked. */
  readonly unreadable: string | undefined
}

/** All pictures of the studio and their bottlenecks, kept by content: a picture that moves takes its own along. */
export class Memory {
  readonly #pictures = new Map<number, Remembered>()
  /** Of length 1 in all, by content. */
  readonly #vectors = new Map<string, Float32Array>()

  set(pictures: readonly EnginePicture[]): void {
    for (const picture of pictures) {
      const known = this.#pictures.get(picture.id)
      const sha256 = picture.sha256 ?? known?.sha256 ?? null
      const vector = known?.vector ?? (sha256 === null ? undefined : this.#vectors.get(sha256))
      this.#pictures.set(picture.id, { ...picture, sha256, vector, unreadable: known?.unreadable })
    }
  }

  drop(ids: readonly number[]): void {
    for (const id of ids) this.#pictures.delete(id)
  }

  learn(id: number, sha256: string, vector: Float32Array): void {
    const known = this.#pictures.get(id)
    this.#vectors.set(sha256, vector)
    if (known) this.#pictures.set(id, { ...known, sha256, vector })
  }

  give(id: number, reason: string): void {
    const known = this.#pictures.get(id)
    if (known) this.#pictures.set(id, { ...known, unreadable: reason })
  }

  /** Another network: every bottleneck is another one. */
  forget(): void {
    this.#vectors.clear()
    for (const [id, picture] of this.#pictures) this.#pictures.set(id, { ...picture, vector: undefined })
  }

  get(id: number): Remembered | undefined {
    return this.#pictures.get(id)
  }

  all(): IterableIterator<Remembered> {
    return this.#pictures.values()
  }

  /** Pictures to look at yet, labelled ones first: the head waits for these. */
  missing(): Remembered[] {
    const missing = [...this.#pictures.values()].filter(
      ({ vector, unreadable }) => vector === undefined && unreadable === undefined,
    )
    return missing.sort((a, b) => Number(a.label === null) - Number(b.label === null))
  }
}

export type Seen = Remembered & { readonly vector: Float32Array }

export function isSeen(picture: Remembered): picture is Seen {
  return picture.vector !== undefined
}

/** The part of a bottleneck that pictures are compared by. */
export type Likeness = (vector: Float32Array) => Float32Array

/** What pictures are compared by, as rows of length 1. */
export function unitMatrix(pictures: readonly Seen[], likeness: Likeness) {
  const parts = pictures.map(({ vector }) => likeness(vector))
  const width = parts[0]?.length ?? 0
  const values = new Float32Array(pictures.length * width)
  for (const [row, part] of parts.entries()) {
    const scale = 1 / (lengthOf(part) || 1)
    for (let at = 0; at < width; at++) values[row * width + at] = part[at]! * scale
  }
  return { values, rows: pictures.length, width }
}

/** As they are, for a head. */
export function matrixOf(pictures: readonly Seen[], width: number) {
  const values = new Float32Array(pictures.length * width)
  for (const [row, { vector }] of pictures.entries()) values.set(vector, row * width)
  return { values, rows: pictures.length, width }
}

function lengthOf(vector: Float32Array): number {
  let sum = 0
  for (let at = 0; at < vector.length; at++) sum += vector[at]! ** 2
  return Math.sqrt(sum)
}

/** The pictures most like a vector, nearest first. */
export function nearestTo(
  vector: Float32Array,
  pictures: Iterable<Seen>,
  count: number,
  likeness: Likeness,
): { readonly id: number; readonly distance: number }[] {
  const wanted = likeness(vector)
  const own = lengthOf(wanted) || 1
  const best: { id: number; distance: number }[] = []
  for (const { id, vector: whole } of pictures) {
    const other = likeness(whole)
    let sum = 0
    let square = 0
    for (let at = 0; at < other.length; at++) {
      sum += wanted[at]! * other[at]!
      square += other[at]! * other[at]!
    }
    const distance = Math.max(0, 1 - sum / (own * Math.sqrt(square) || 1))
    if (best.length >= count && distance >= best.at(-1)!.distance) continue
    best.push({ id, distance })
    best.sort((a, b) => a.distance - b.distance)
    best.length = Math.min(best.length, count)
  }
  return best
}
