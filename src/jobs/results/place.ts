import { UserError } from '../../errors.ts'
import { Turns } from '../../flow/turns.ts'
import { openSource, openStore } from '../../storage/open.ts'
import { type Item, ItemError, isSafeKey, type Source, type Store } from '../../storage/store.ts'
import { copyItem, isAsListed, moveItem, type Transferred } from '../../storage/transfer.ts'
import { safeLabel } from '../guess/naming.ts'
import { refuseInside } from '../guessAll/inside.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import type { ResultRow } from '../guessAll/rows.ts'
import { type Move, MoveJournal } from './journal.ts'
import { orderedRows } from './orderedRows.ts'

export interface PlaceOptions {
  /** Moves the pictures instead of copying them; `undoMoves` takes that back. */
  readonly move?: boolean
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

/** Pictures on their way at a time: enough to hide how long a store takes to answer. */
const AT_ONCE = 8

/**
 * Copies or moves the pictures of a results folder to `<destination>/<category>/<key>`, each only while it is the one that was
 * named, and never over anything. Run again, it goes on.
 *
 * @param destination a folder or `s3://BUCKET/FOLDER/`
 * @throws UserError; the signal's reason when aborted
 */
export async function placePictures(
  address: string,
  destination: string,
  options: PlaceOptions = {},
): Promise<PlaceResult> {
  const results = await ResultsFolder.existing(await openStore(address))
  const [from, to] = [await openSource(results.heading.source), await openStore(destination)]
  refuseInside(from, to, 'sorted pictures')
  if (options.move && !isStore(from)) {
    const hint = 'Copy them: --copy-to.'
    throw new UserError('E_BAD_VALUE', 'Pictures of a list of addresses can’t be moved.', { hint })
  }
  const placing = new Placing(from, to, new MoveJournal(results.store), options)
  for await (const { id, rows } of orderedRows(results, options.signal)) await placing.part(id, rows)
  return placing.result()
}

class Placing {
  readonly #from: Source
  readonly #to: Store
  readonly #journal: MoveJournal
  readonly #options: PlaceOptions
  readonly #turns = new Turns(AT_ONCE)
  readonly #failed: NotPlaced[] = []
  #placed = 0
  #before = 0

  constructor(from: Source, to: Store, journal: MoveJournal, options: PlaceOptions) {
    this.#from = from
    this.#to = to
    this.#journal = journal
    this.#options = options
  }

  async part(id: string, rows: readonly ResultRow[]): Promise<void> {
    const { move, signal } = this.#options
    const moves = rows.flatMap(row => this.#moveOf(row))
    if (moves.length === 0) return
    if (move) await this.#journal.note(id, { from: this.#from.address, to: this.#to.address, moves }, signal)
    const ended = await Promise.allSettled(moves.map(each => this.#turns.run(() => this.#place(each))))
    const failed = ended.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    this.#options.onPlaced?.(this.#placed)
  }

  result(): PlaceResult {
    return { placed: this.#placed, before: this.#before, failed: this.#failed }
  }

  #moveOf({ key, size, etag, label }: ResultRow): Move[] {
    if (label === undefined) return [] // it has no category to go to
    const to = `${safeLabel(label)}/${nameOf(key)}`
    if (isSafeKey(to)) return [{ item: { key, size, etag, modified: 0 }, to }]
    this.#failed.push({ key, reason: 'its address gives no name' })
    return []
  }

  async #place({ item, to }: Move): Promise<void> {
    const { signal, move } = this.#options
    signal?.throwIfAborted()
    try {
      this.#count(
        item,
        await (move && isStore(this.#from) ? moveItem : copyItem)(this.#from as Store, item, this.#to, to, signal),
      )
    } catch (error) {
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
  if (!/^https?:\/\//i.test(key) || !URL.canParse(key)) return key
  const { host, pathname } = new URL(key)
  return `${host.replace(':', '_')}${pathname}`
}

function isStore(source: Source): source is Store {
  return 'putNew' in source
}
