import { systemCode, UserError } from '../../errors.ts'
import { together } from '../../flow/together.ts'
import { Turns } from '../../flow/turns.ts'
import { isWebAddress } from '../../storage/address.ts'
import { missingFolders } from '../../storage/madeFolders.ts'
import { openSource, openStore } from '../../storage/open.ts'
import { type Item, ItemError, isSafeKey, type Source, type Store } from '../../storage/store.ts'
import { copyItem, isAsListed, moveItem, type Transferred } from '../../storage/transfer.ts'
import { safeLabel } from '../guess/naming.ts'
import { refuseInside } from '../guessAll/inside.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import type { ResultRow } from '../guessAll/rows.ts'
import { refuseElsewhere } from './elsewhere.ts'
import { type Move, MoveJournal } from './journal.ts'
import { orderedRows } from './orderedRows.ts'

export interface PlaceOptions {
  readonly onPlaced?: ((placed: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A picture that stays where it is, and why. */
export interface NotPlaced {
  readonly key: string
  readonly reason: string
}

export interface PlaceResult {
  readonly placed: number
  /** Were in their place already. */
  readonly before: number
  readonly failed: readonly NotPlaced[]
}

/** A bucket allows names that a folder can't have, or not side by side: they keep nobody else from theirs. */
const NOT_THERE: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'its path would be too long there',
  EEXIST: 'a file is where its folder would be',
  ENOTDIR: 'a file is where its folder would be',
  EISDIR: 'a folder is in its place',
}

/** Pictures on their way at a time: enough to hide how long a store takes to answer. */
const AT_ONCE = 8

/**
 * The pictures of a results folder on their way to `<destination>/<category>/<key>`, each only while it is the one that was
 * named, and never over anything. Begun again, it goes on.
 */
export class Placing {
  readonly #results: ResultsFolder
  readonly #from: Source
  readonly #to: Store
  readonly #isMove: boolean
  readonly #turns = new Turns(AT_ONCE)
  readonly #failed: NotPlaced[] = []
  #placed = 0
  #before = 0

  private constructor(results: ResultsFolder, from: Source, to: Store, how: 'copy' | 'move') {
    this.#results = results
    this.#from = from
    this.#to = to
    this.#isMove = how === 'move'
  }

  /**
   * Looks whether it can be done, and writes nothing.
   *
   * @param destination a folder or `s3://BUCKET/FOLDER/`
   * @param how `undoMoves` takes moves back
   * @throws UserError `E_DESTINATION_INSIDE`, `E_BAD_VALUE` for what can't be moved, `E_MOVED`
   */
  static async open(
    address: string,
    destination: string,
    how: 'copy' | 'move',
    signal?: AbortSignal,
  ): Promise<Placing> {
    const results = await ResultsFolder.existing(await openStore(address))
    const [from, to] = [await openSource(results.heading.source), await openStore(destination)]
    refuseInside(from, to, 'sorted pictures')
    if (how === 'move' && !isStore(from)) {
      const hint = 'Copy them: --copy-to.'
      throw new UserError('E_BAD_VALUE', 'Pictures of a list of addresses can’t be moved.', { hint })
    }
    await refuseElsewhere(results.store, to, signal)
    return new Placing(results, from, to, how)
  }

  /** @throws UserError of the stores; the signal's reason when aborted */
  async perform({ onPlaced, signal }: PlaceOptions = {}): Promise<PlaceResult> {
    for await (const { id, rows } of orderedRows(this.#results, signal)) {
      await this.#part(id, rows, signal)
      onPlaced?.(this.#placed)
    }
    return { placed: this.#placed, before: this.#before, failed: this.#failed }
  }

  async #part(id: string, rows: readonly ResultRow[], signal: AbortSignal | undefined): Promise<void> {
    const moves = rows.flatMap(row => this.#moveOf(row))
    if (moves.length === 0) return
    if (this.#isMove) {
      const folders = await missingFolders(
        this.#to,
        moves.map(({ to }) => to),
      )
      const ends = { from: this.#from.address, to: this.#to.address }
      await new MoveJournal(this.#results.store).note(id, { ...ends, moves, folders }, signal)
    }
    await together(...moves.map(each => this.#turns.run(() => this.#place(each, signal))))
  }

  #moveOf({ key, size, etag, label }: ResultRow): Move[] {
    if (label === undefined) return [] // it has no category to go to
    const to = `${safeLabel(label)}/${nameOf(key)}`
    if (isSafeKey(to)) return [{ item: { key, size, etag, modified: 0 }, to }]
    this.#failed.push({ key, reason: 'its address gives no name' })
    return []
  }

  async #place({ item, to }: Move, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    try {
      const transfer = this.#isMove ? moveItem : copyItem
      this.#count(item, await transfer(this.#from as Store, item, this.#to, to, signal))
    } catch (error) {
      const reason = NOT_THERE[systemCode(error instanceof UserError ? error.cause : error) ?? '']
      if (reason !== undefined) return void this.#failed.push({ key: item.key, reason })
      if (!(error instanceof ItemError)) throw error
      const there = error.kind === 'gone' ? await this.#to.look(to, signal) : undefined
      if (there && isAsListed(there, item)) this.#before++
      else this.#failed.push({ key: item.key, reason: error.message })
    }
  }

  #count({ key }: Item, outcome: Transferred): void {
    if (outcome === 'done') this.#placed++
    else if (outcome === 'before') this.#before++
    else this.#failed.push({ key, reason: 'another file has its place' })
  }
}

/** Of an address: its host and path. */
function nameOf(key: string): string {
  if (!isWebAddress(key) || !URL.canParse(key)) return key
  const { host, pathname } = new URL(key)
  return `${host.replace(':', '_')}${pathname}`
}

function isStore(source: Source): source is Store {
  return 'putNew' in source
}
