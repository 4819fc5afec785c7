import { UserError } from '../../errors.ts'
import { openStore } from '../../storage/open.ts'
import type { Store } from '../../storage/store.ts'
import { isAsListed } from '../../storage/transfer.ts'
import { quoted } from '../../text.ts'
import { type Move, MoveJournal } from './journal.ts'

/**
 * Pictures that were moved lie where nobody would look for them: they go to no other place before they are back.
 *
 * @param to where pictures are to be copied or moved
 * @throws UserError `E_MOVED` where one lies in another place to which it was moved
 */
export async function refuseElsewhere(results: Store, to: Store, signal?: AbortSignal): Promise<void> {
  for await (const note of new MoveJournal(results).notes(signal)) {
    if (note.to === to.address) continue
    const [source, other] = [await openStore(note.from), await openStore(note.to)]
    for (const move of note.moves) {
      signal?.throwIfAborted()
      if (!(await isMoved(move, source, other, signal))) continue
      const message = `Pictures of these results were moved to "${other.address}", and lie there.`
      const hint = `Put them back first: itc results ${quoted(results.address)} --undo. Or go on with that place.`
      throw new UserError('E_MOVED', message, { hint })
    }
  }
}

async function isMoved({ item, to }: Move, source: Store, other: Store, signal?: AbortSignal): Promise<boolean> {
  const there = await other.look(to, signal)
  return there !== undefined && isAsListed(there, item) && (await source.look(item.key, signal)) === undefined
}
