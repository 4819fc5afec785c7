import { UserError } from '../../errors.ts'
import { together } from '../../flow/together.ts'
import { Turns } from '../../flow/turns.ts'
import { removeEmptied } from '../../storage/madeFolders.ts'
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
 * was noted. What a killed move left under both names is removed from the destination, and so are the folders that were made
 * there, if nothing else is in them. Run again, it goes on.
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

/** A note that is not done with: not all of its pictures were put back, or it made folders. */
interface Unsettled {
  readonly name: string
  readonly source: Store
  readonly destination: Store
  readonly left: readonly NotBack[]
  readonly folders: readonly string[]
}

/** Pictures on their way at a time. */
const AT_ONCE = 8

class Undoing {
  readonly #journal: MoveJournal
  readonly #options: UndoMovesOptions
  readonly #unsettled: Unsettled[] = []
  readonly #failed = new Map<string, string>()
  #restored = 0

  constructor(journal: MoveJournal, options: UndoMovesOptions) {
    this.#journal = journal
    this.#options = options
  }

  async takeBack({ name, from, to, moves, folders }: Note): Promise<void> {
    const ends = { source: await openStore(from), destination: await openStore(to) }
    const left: NotBack[] = []
    const turns = new Turns(AT_ONCE)
    await together(...moves.map(move => turns.run(async () => left.push(...(await this.#takeBack(move, ends))))))
    if (left.length > 0 || folders.length > 0) this.#unsettled.push({ name, ...ends, left, folders })
    else await this.#journal.forget(name)
  }

  async #takeBack(move: Move, { source, destination }: Pick<Unsettled, 'source' | 'destination'>): Promise<NotBack[]> {
    const { signal, onRestored } = this.#options
    signal?.throwIfAborted()
    const outcome = await takeBack(move, source, destination, signal)
    if (outcome === 'there') return []
    if (outcome !== 'restored') return [{ move, ...outcome }]
    this.#restored++
    onRestored?.(this.#restored)
    return []
  }

  /** Folders go last, since other notes have pictures in them; a note stays while it says of something what is still so. */
  async finish(): Promise<UndoMovesResult> {
    const open = new Set<Unsettled>()
    for (const note of this.#unsettled) if (!(await this.#isBack(note))) open.add(note)
    const kept = await this.#removeFolders()
    for (const note of this.#unsettled) {
      const hasFolders = this.#failed.size > 0 && kept.has(note.destination.address) && note.folders.length > 0
      if (!open.has(note) && !hasFolders) await this.#journal.forget(note.name)
    }
    const failed = [...this.#failed].map(([key, reason]) => ({ key, reason }))
    failed.sort((one, other) => (one.key < other.key ? -1 : 1)) // several files are moved at a time: whichever ended first
    return { restored: this.#restored, failed }
  }

  /** A picture may be noted twice: what is gone from where one note has it, another may have put back meanwhile. */
  async #isBack({ source, left }: Unsettled): Promise<boolean> {
    let isBack = true
    for (const { move, reason, isGone } of left) {
      const { key } = move.item
      if (isGone && (await source.look(key, this.#options.signal))) continue
      isBack = false
      if (!isGone || !this.#failed.has(key)) this.#failed.set(key, reason)
    }
    return isBack
  }

  /** @returns the destinations that have some left in which something is */
  async #removeFolders(): Promise<Set<string>> {
    const made = new Map<string, { readonly store: Store; readonly folders: Set<string> }>()
    for (const { destination: store, folders } of this.#unsettled) {
      const of = made.get(store.address) ?? { store, folders: new Set() }
      for (const folder of folders) of.folders.add(folder)
      made.set(store.address, of)
    }
    const kept = new Set<string>()
    for (const [address, { store, folders }] of made) if (!(await removeEmptied(store, folders))) kept.add(address)
    return kept
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
