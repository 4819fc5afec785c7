import { randomBytes } from 'node:crypto'
import type { Place } from '../api.ts'
import type { FoundPicture, FoundPictures } from './scan.ts'

/** A picture that studio knows. Its id means this content: a file changed from outside gets another one. */
export interface PictureRow {
  readonly id: number
  readonly place: Place
  /** See `shownPath`. */
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
  /** Undefined while nobody has read the file. */
  readonly sha256: string | undefined
  /** Why it can't be read; undefined when it can, or when nobody has tried. */
  readonly unreadable: string | undefined
}

/** What a look at the disk found otherwise than it was known. */
export interface Difference {
  readonly added: readonly number[]
  /** Those that changed are among them: they are new pictures of the same name. */
  readonly gone: readonly number[]
  /** Categories came or went. */
  readonly categories: boolean
}

/** All pictures of a working folder, by id and by path, with the counts that people see. */
export class PictureTable {
  /** Of this run. */
  readonly boot = randomBytes(6).toString('hex')
  #revision = 0
  #nextId = 1
  #categories: readonly string[] = []
  readonly #rows = new Map<number, PictureRow>()
  readonly #byPath = new Map<string, number>()
  readonly #bySha = new Map<string, Set<number>>()
  readonly #counts = new Map<Place, number>()
  readonly #unreadable = new Set<number>()

  get revision(): number {
    return this.#revision
  }

  /** Sorted by code point. */
  get categories(): readonly string[] {
    return this.#categories
  }

  get size(): number {
    return this.#rows.size
  }

  rows(): IterableIterator<PictureRow> {
    return this.#rows.values()
  }

  get(id: number): PictureRow | undefined {
    return this.#rows.get(id)
  }

  at(path: string): PictureRow | undefined {
    const id = this.#byPath.get(path)
    return id === undefined ? undefined : this.#rows.get(id)
  }

  /** Pictures with these bytes, as far as their bytes are known. */
  withSha(sha256: string): PictureRow[] {
    return [...(this.#bySha.get(sha256) ?? [])].map(id => this.#rows.get(id)!)
  }

  count(place: Place): number {
    return this.#counts.get(place) ?? 0
  }

  /** Pictures that can't be read, as far as anybody has tried. */
  unreadable(): PictureRow[] {
    return [...this.#unreadable].map(id => this.#rows.get(id)!)
  }

  /** One change more: call it once for what belongs together. */
  revise(): number {
    return ++this.#revision
  }

  setCategories(categories: Iterable<string>): boolean {
    const sorted = [...new Set(categories)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    const changed =
      sorted.length !== this.#categories.length || sorted.some((name, at) => name !== this.#categories[at])
    this.#categories = sorted
    return changed
  }

  add(found: FoundPicture, sha256?: string): PictureRow {
    const row: PictureRow = { ...found, id: this.#nextId++, sha256, unreadable: undefined }
    this.#put(row)
    return row
  }

  /** Where a picture is now; its id, and what is known of its content, stay. */
  move(id: number, to: FoundPicture): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#drop(row)
    this.#put({ ...row, ...to })
  }

  /** What reading the file told. */
  learn(id: number, known: Partial<Pick<PictureRow, 'sha256' | 'unreadable'>>): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#drop(row)
    this.#put({ ...row, ...known })
  }

  remove(id: number): void {
    const row = this.#rows.get(id)
    if (row) this.#drop(row)
  }

  /** Takes over what lies on the disk. */
  take({ categories, pictures }: FoundPictures): Difference {
    const added: number[] = []
    const replaced: number[] = []
    const seen = new Set<number>()
    for (const found of pictures) {
      const known = this.at(found.path)
      if (known?.size === found.size && known.mtimeMs === found.mtimeMs) {
        seen.add(known.id)
        continue
      }
      if (known) {
        this.#drop(known)
        replaced.push(known.id)
      }
      const { id } = this.add(found)
      added.push(id)
      seen.add(id)
    }
    const vanished = [...this.#rows.keys()].filter(id => !seen.has(id))
    for (const id of vanished) this.remove(id)
    const gone = [...replaced, ...vanished]
    const changed = this.setCategories(categories)
    if (added.length > 0 || gone.length > 0 || changed) this.revise()
    return { added, gone, categories: changed }
  }

  #put(row: PictureRow): void {
    this.#rows.set(row.id, row)
    this.#byPath.set(row.path, row.id)
    this.#counts.set(row.place, this.count(row.place) + 1)
    if (row.unreadable !== undefined) this.#unreadable.add(row.id)
    if (row.sha256 === undefined) return
    const same = this.#bySha.get(row.sha256)
    if (same) same.add(row.id)
    else this.#bySha.set(row.sha256, new Set([row.id]))
  }

  #drop(row: PictureRow): void {
    this.#rows.delete(row.id)
    if (this.#byPath.get(row.path) === row.id) this.#byPath.delete(row.path)
    this.#counts.set(row.place, this.count(row.place) - 1)
    this.#unreadable.delete(row.id)
    if (row.sha256 !== undefined) this.#bySha.get(row.sha256)?.delete(row.id)
  }
}
