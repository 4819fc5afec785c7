import { UserError } from '../../errors.ts'
import { openStore } from '../../storage/open.ts'
import { ItemError, type Store } from '../../storage/store.ts'
import { isAsListed, isSameItem, moveItem } from '../../storage/transfer.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { type Move, MoveJournal } from './journal.ts'
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
  const failed: NotPlaced[] = []
  let [restored, notes] = [0, 0]
  for await (const { name, from, to, moves } of journal.notes(options.signal)) {
    notes++
    const ends = [await openStore(from), await openStore(to)] as const
    const before = failed.length
    for (const move of moves) {
      options.signal?.throwIfAborted()
      const outcome = await takeBack(move, ...ends, options.signal)
      if (outcome === 'restored') options.onRestored?.(++restored)
      else if (outcome !== 'there') failed.push({ key: move.item.key, reason: outcome.reason })
    }
    if (failed.length === before) await journal.forget(name)
  }
  if (notes > 0) return { restored, failed }
  const hint = 'Copies are not noted; what itc guess-dir moved is taken back by its own --undo.'
  throw new UserError('E_NO_RESULTS', `Nothing was moved of the results in "${address}".`, { hint })
}

type TakenBack = 'restored' | 'there' | { readonly reason: string }

async function takeBack(
  { item, to }: Move,
  source: Store,
  destination: Store,
  signal?: AbortSignal,
): Promise<TakenBack> {
  const [isBack, there] = [(await source.look(item.key, signal)) !== undefined, await destination.look(to, signal)]
  if (there === undefined) return isBack ? 'there' : { reason: `"${to}" is gone from the destination` }
  try {
    if (isBack) {
      // A kill between the copy and the removal; where they differ, the picture was never moved and the other is somebody's own.
      if (await isSameItem(source, item.key, destination, to, signal)) await destination.remove(to)
      return 'there'
    }
    if (!isAsListed(there, item)) return { reason: `"${to}" is not what was moved there; it stays` }
    const outcome = await moveItem(destination, there, source, item.key, signal)
    return outcome === 'taken' ? { reason: `its place is taken; it stays as "${to}"` } : 'restored'
  } catch (error) {
    if (!(error instanceof ItemError)) throw error
    return { reason: error.message }
  }
}
