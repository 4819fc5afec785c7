import { UserError } from '../../errors.ts'
import { openStore } from '../../storage/open.ts'
import { type Item, ItemError, type Store } from '../../storage/store.ts'
import { isAsListed, isOnePlace, isSameItem, moveItem } from '../../storage/transfer.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { type Move, MoveJournal, type Note } from './journal.ts'
import type { NotPlaced } from './place.ts'

export interface UndoMovesResult {
  readonly restored: number
  /** Stay in the destination: their old place is taken, they were changed, or are gone. The journal keeps them. */
  readonly failed: readonly NotPlaced[]
}

export interface UndoMovesOptions {
  readonly onRestored?: ((restored: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Takes back what `--move-to` did, by its journal: every picture returns to its key, over nothing, if it is the one that
 * was noted. What a killed move left under both names is removed from the destination. Run again, it goes on.
 *
 * @throws UserError `E_NO_RESULTS` where nothing was moved
 */
export async function undoMoves(address: string, options: UndoMovesOptions = {}): Promise<UndoMovesResult> {
  const { store } = await ResultsFolder.existing(await openStore(address))
  const journal = new MoveJournal(store)
  const undoing = new Undoing(journal, options)
  let notes = 0
  for await (const note of journal.notes(options.signal)) {
    notes++
    await undoing.takeBack(note)
  }
  if (notes > 0) return await undoing.finish()
  const hint = 'Copies are not noted; what itc guess-dir moved is taken back by its own --undo.'
  throw new UserError('E_NO_RESULTS', `Nothing was moved of the results in "${address}".`, { hint })
}

/** A picture that was not put back, as one note has it. */
interface NotBack {
  readonly move: Move
  readonly reason: string
  /** Nothing is where it was moved to. */
  readonly isGone: boolean
}

/** A note of pictures that were not all put back. */
interface Unsettled {
  readonly name: string
  readonly source: Store
  readonly left: readonly NotBack[]
}

class Undoing {
  readonly #journal: MoveJournal
  readonly #options: UndoMovesOptions
  readonly #unsettled: Unsettled[] = []
  #restored = 0

  constructor(journal: MoveJournal, options: UndoMovesOptions) {
    this.#journal = journal
    this.#options = options
  }

  async takeBack({ name, from, to, moves }: Note): Promise<void> {
    const { signal, onRestored } = this.#options
    const [source, destination] = [await openStore(from), await openStore(to)]
    const left: NotBack[] = []
    for (const move of moves) {
      signal?.throwIfAborted()
      const outcome = await takeBack(move, source, destination, signal)
      if (outcome === 'restored') onRestored?.(++this.#restored)
      else if (outcome !== 'there') left.push({ move, ...outcome })
    }
    if (left.length > 0) this.#unsettled.push({ name, source, left })
    else await this.#journal.forget(name)
  }

  /** A picture may be noted twice: what is gone from where one note has it, another may have put back meanwhile. */
  async finish(): Promise<UndoMovesResult> {
    const failed = new Map<string, string>()
    for (const { name, source, left } of this.#unsettled) {
      let isSettled = true
      for (const { move, reason, isGone } of left) {
        const { key } = move.item
        if (isGone && (await source.look(key, this.#options.signal))) continue
        isSettled = false
        if (!isGone || !failed.has(key)) failed.set(key, reason)
      }
      if (isSettled) await this.#journal.forget(name)
    }
    return { restored: this.#restored, failed: [...failed].map(([key, reason]) => ({ key, reason })) }
  }
}

/** `there`: something has its old place, and nothing that was moved from there is left to put back. */
type TakenBack = 'restored' | 'there' | Omit<NotBack, 'move'>

/** Looks at both ends before anything is done. */
async function takeBack(
  move: Move,
  source: Store,
  destination: Store,
  signal: AbortSignal | undefined,
): Promise<TakenBack> {
  const { item, to } = move
  const [back, there] = [await source.look(item.key, signal), await destination.look(to, signal)]
  if (there === undefined) return back ? 'there' : { reason: `"${to}" is gone from the destination`, isGone: true }
  try {
    if (back) return await settle(move, [source, back], [destination, there], signal)
    if (!isAsListed(there, item)) return changed(move)
    return (await moveItem(destination, there, source, item.key, signal)) === 'taken' ? taken(move) : 'restored'
  } catch (error) {
    if (!(error instanceof ItemError)) throw error
    return { reason: error.message, isGone: false }
  }
}

/** Both places have something. */
async function settle(
  move: Move,
  [source, back]: readonly [Store, Item],
  [destination, there]: readonly [Store, Item],
  signal: AbortSignal | undefined,
): Promise<TakenBack> {
  const { item, to } = move
  if (isOnePlace(source, item.key, destination, to)) return 'there'
  if (back.size === there.size && (await isSameItem(source, item.key, destination, to, signal))) {
    await destination.remove(to) // a kill between the copy and the removal
    return 'there'
  }
  if (back.size === item.size && back.etag === item.etag) return 'there' // never moved: the other is somebody's own
  return isAsListed(there, item) ? taken(move) : changed(move)
}

function taken({ to }: Move): Omit<NotBack, 'move'> {
  return { reason: `its place is taken; it stays as "${to}"`, isGone: false }
}

function changed({ to }: Move): Omit<NotBack, 'move'> {
  return { reason: `"${to}" is not what was moved there; it stays`, isGone: false }
}
