import { seededRandom } from '../../head/sampler.ts'
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

  /**
   * Pictures to look at yet, labelled ones first: the head waits for these. The others in a mixed order, so that the first
   * thousand of many, which are grouped while the rest is looked at, are of all kinds and not of one folder.
   */
  missing(): Remembered[] {
    const missing = [...this.#pictures.values()].filter(
      ({ vector, unreadable }) => vector === undefined && unreadable === undefined,
    )
    const random = seededRandom(missing.length)
    const ranked = missing.map(picture => ({ picture, rank: picture.label === null ? 1 + random() : 0 }))
    return ranked.sort((a, b) => a.rank - b.rank).map(({ picture }) => picture)
  }
}

export type Seen = Remembered & { readonly vector: Float32Array }

export function isSeen(picture: Remembered): picture is Seen {
  return picture.vector !== undefined
}

/** The part of a bottleneck that pictures are compared by. */
export type Likeness = (vector: Float32Array) => Float32Array

/** Of length 1, made once a bottleneck: each guess compares with all of them. */
const units = new WeakMap<Float32Array, Float32Array>()

function unitOf(vector: Float32Array, likeness: Likeness): Float32Array {
  const known = units.get(vector)
  if (known) return known
  const part = likeness(vector)
  const scale = 1 / (lengthOf(part) || 1)
  const unit = part.map(value => value * scale)
  units.set(vector, unit)
  return unit
}

/** What pictures are compared by, as rows of length 1. */
export function unitMatrix(pictures: readonly Seen[], likeness: Likeness) {
  const parts = pictures.map(({ vector }) => unitOf(vector, likeness))
  const width = parts[0]?.length ?? 0
  const values = new Float32Array(pictures.length * width)
  for (const [row, part] of parts.entries()) values.set(part, row * width)
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
  const wanted = unitOf(vector, likeness)
  const all: { id: number; distance: number }[] = []
  for (const { id, vector: other } of pictures) {
    const unit = unitOf(other, likeness)
    let cosine = 0
    for (let at = 0; at < unit.length; at++) cosine += wanted[at]! * unit[at]!
    all.push({ id, distance: Math.max(0, 1 - cosine) })
  }
  return all.sort((a, b) => a.distance - b.distance).slice(0, count)
}
