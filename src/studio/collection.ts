import { basename } from 'node:path'
import { CheckedLabels } from '../dataset/checked.ts'
import type { Skipped } from '../dataset/scan.ts'
import { hashBytes } from '../disk/identity.ts'
import { UserError } from '../errors.ts'
import { Turns } from '../flow/turns.ts'
import { readPicture } from '../image/read.ts'
import type { Changes, OpAnswer, OpRequest } from './api.ts'
import { type CollectionChange, changeFound, changeMade } from './changes.ts'
import { applyMoves } from './journal/applied.ts'
import { carryOut, isEmpty } from './journal/carryOut.ts'
import type { Entry, Move } from './journal/entry.ts'
import { newId, now } from './journal/ids.ts'
import { Journal } from './journal/journal.ts'
import { marksKept, marksOf } from './journal/marks.ts'
import { type Draft, draftOf } from './journal/operations.ts'
import { performMoves } from './journal/perform.ts'
import { finishPlanned } from './journal/recover.ts'
import { latest, reverseOf, type Stacks, stacksOf } from './journal/reverse.ts'
import { openPath, type StudioFolder } from './pictures/folder.ts'
import { scanFolder } from './pictures/scan.ts'
import { type Difference, type PictureRow, PictureTable } from './pictures/table.ts'

/**
 * The pictures of a working folder and everything that is done to them: the only place in the studio where files are
 * moved. One change at a time; each is an entry of the journal.
 */
export class Collection {
  readonly folder: StudioFolder
  readonly table = new PictureTable()
  readonly checked: CheckedLabels
  readonly journal: Journal
  readonly readOnly: boolean
  /** Sentences about moves of an earlier run that could not be settled. */
  readonly unsettled: readonly string[]
  #skipped: readonly Skipped[] = []
  readonly #turns = new Turns(1)
  /** Changes begun. */
  #works = 0
  readonly #listeners = new Set<(change: CollectionChange) => void>()

  private constructor(
    folder: StudioFolder,
    journal: Journal,
    checked: CheckedLabels,
    unsettled: readonly string[],
    readOnly: boolean,
  ) {
    this.folder = folder
    this.journal = journal
    this.checked = checked
    this.unsettled = unsettled
    this.readOnly = readOnly
  }

  /** Finishes what a crash cut short, then lists what there is. */
  static async open(folder: StudioFolder, { readOnly = false } = {}): Promise<Collection> {
    const journal = await Journal.open(folder.journal)
    const checked = await CheckedLabels.read(folder.root)
    const unsettled = readOnly ? [] : await finishPlanned(folder.root, journal, checked)
    const collection = new Collection(folder, journal, checked, unsettled, readOnly)
    await collection.#look()
    return collection
  }

  get stacks(): Stacks {
    return stacksOf(this.journal.entries())
  }

  /** What lies in data and is no picture that can be used. */
  get skipped(): readonly Skipped[] {
    return this.#skipped
  }

  onChange(listener: (change: CollectionChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @throws UserError; then nothing was changed */
  run(request: OpRequest): Promise<OpAnswer> {
    return this.#alone(async id => this.#perform(id, await draftOf({ ...this.#here, id }, request), 'op'))
  }

  /** @param expected the entry that the page showed as the latest */
  undo(expected: unknown): Promise<OpAnswer> {
    return this.#reverse('undo', expected)
  }

  redo(expected: unknown): Promise<OpAnswer> {
    return this.#reverse('redo', expected)
  }

  /** Files that lie in `incoming` go to their places as one entry: begin, then add each, then end. */
  beginBatch(title: string): Promise<string> {
    return this.#alone(async id => {
      await this.journal.begin({ v: 1, id, at: now(), kind: 'upload', title, moves: [], state: 'open' })
      return id
    })
  }

  addToBatch(id: string, move: Move): Promise<PictureRow> {
    return this.#alone(async () => {
      const { done, failed } = await performMoves(this.folder.root, [move])
      const [arrived] = done
      if (arrived === undefined) throw new UserError('E_UPLOAD', `${basename(move.to)}: ${failed[0]!.reason}.`)
      await this.journal.added(id, arrived)
      applyMoves(this.folder, this.table, [arrived])
      const row = this.table.at(arrived.to)!
      this.#emit(changeMade(this.table, { cause: 'upload', title: '', entry: null, moves: [arrived] }))
      return row
    })
  }

  /** @param titled the title for so many pictures */
  endBatch(id: string, titled: (added: number) => string): Promise<number> {
    return this.#alone(async () => {
      const entry = this.journal.get(id)
      if (entry?.state !== 'open') return 0
      const title = titled(entry.moves.length)
      await this.journal.done(id, entry.moves, title)
      this.#emit(changeMade(this.table, { cause: 'upload', title, entry: id, moves: [] }))
      return entry.moves.length
    })
  }

  /** Looks at the disk again, and anew when studio itself moves something meanwhile. */
  async rescan(): Promise<Difference> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const difference = await this.glance()
      if (difference) return difference
    }
    return this.#turns.run(async () => this.#take(await scanFolder(this.folder)))
  }

  /** Looks once. @returns undefined when studio itself moved something meanwhile: then the look is worth nothing */
  async glance(): Promise<Difference | undefined> {
    const before = await this.#turns.run(async () => this.#works)
    const found = await scanFolder(this.folder)
    return this.#works === before ? this.#take(found) : undefined
  }

  /** Resolves once the changes that were begun are done, and told. */
  settled(): Promise<void> {
    return this.#turns.run(async () => undefined)
  }

  async close(): Promise<void> {
    await this.#turns.run(async () => {
      for (const entry of this.journal.entries()) {
        if (entry.state === 'open') await this.journal.done(entry.id, entry.moves)
      }
      await this.journal.close()
    })
  }

  /** @throws UserError `E_READ_ONLY` */
  checkWritable(): void {
    if (!this.readOnly) return
    const hint = 'Start `itc studio` without --read-only to change things.'
    throw new UserError('E_READ_ONLY', 'This studio only shows: it was started with --read-only.', { hint })
  }

  get #here() {
    return { folder: this.folder, table: this.table }
  }

  async #alone<T>(work: (id: string) => Promise<T>): Promise<T> {
    this.checkWritable()
    return this.#turns.run(() => {
      this.#works++
      return work(newId())
    })
  }

  #reverse(what: 'undo' | 'redo', expected: unknown): Promise<OpAnswer> {
    return this.#alone(async id => {
      const entry = latest(this.stacks[what], expected, what)
      const draft = await reverseOf({ ...this.#here, id }, entry)
      const link = what === 'undo' ? { undoes: entry.id } : { redoes: entry.id }
      return this.#perform(id, { ...draft, entry: { ...draft.entry, ...link } }, what)
    })
  }

  async #perform(id: string, draft: Draft, cause: Changes['cause']): Promise<OpAnswer> {
    const { settled, marking = [] } = draft
    const marks = draft.marking
      ? await marksOf(marking, row => this.shaOf(row))
      : marksKept(draft.entry, this.table.rows(), this.checked)
    const marked = draft.entry.kind === 'uncheck' ? { unmarks: marks } : { marks }
    const entry: Entry = { ...draft.entry, ...(marks && marked), v: 1, id, at: now(), state: 'planned' }
    const { table } = this
    if (isEmpty(entry)) return { entry: null, revision: table.revision, moved: settled, conflicts: draft.conflicts }
    const { done, moved, conflicts } = await carryOut(this, entry)
    const ids = marking.map(row => row.id)
    const categories = entry.kind.startsWith('category')
    this.#emit(changeMade(table, { cause, title: entry.title, entry: id, moves: done, marked: ids, categories }))
    return {
      entry: id,
      revision: table.revision,
      moved: [...settled, ...moved, ...ids],
      conflicts: [...draft.conflicts, ...conflicts],
    }
  }

  /** A picture's hash, read now if need be. @throws PictureError */
  async shaOf(row: PictureRow): Promise<string> {
    if (row.sha256 !== undefined) return row.sha256
    const { bytes } = await readPicture(openPath(this.folder.root, row.path))
    const sha256 = hashBytes(bytes)
    this.table.learn(row.id, { sha256 })
    return sha256
  }

  async #look(): Promise<void> {
    this.#take(await scanFolder(this.folder))
  }

  #take(found: Awaited<ReturnType<typeof scanFolder>>): Difference {
    this.#skipped = found.skipped
    const difference = this.table.take(found)
    const change = changeFound(this.table, difference)
    if (change) this.#emit(change)
    return difference
  }

  #emit(change: CollectionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
