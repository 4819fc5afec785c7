import { messageOf, UserError } from '../../errors.ts'
import { pause } from '../../flow/pause.ts'
import { ItemError } from '../../storage/store.ts'
import type { ResultsFolder, StoredPart } from '../guessAll/resultsFolder.ts'
import { decodeRows, type ResultRow } from '../guessAll/rows.ts'
import { KeySet } from './keySet.ts'

/** Rows that a part has and that count. */
export interface PartRows {
  readonly id: string
  readonly rows: readonly ResultRow[]
}

/** A part, and those of its rows that count. */
interface Counted {
  readonly part: StoredPart
  readonly firstKey: string
  /** Rows of pictures that a later part has too. */
  readonly superseded: ReadonlySet<number>
}

/**
 * The rows of all parts, a part's at a time, in the order in which the source lists its pictures. A picture that was named
 * twice, since it changed or others came beside it, counts once: as the latest part has it, by the clock of the store.
 *
 * @throws UserError `E_PART` for a part that is damaged
 */
export async function* orderedRows(results: ResultsFolder, signal?: AbortSignal): AsyncGenerator<PartRows> {
  for (const { part, superseded } of await countedParts(results, signal)) {
    await pause(signal)
    const rows = await rowsOf(results, part, signal)
    yield { id: part.id, rows: superseded.size === 0 ? rows : rows.filter((_, at) => !superseded.has(at)) }
  }
}

/** Looks at every part's keys, the latest part first; what is held of a picture is 8 bytes or so. */
async function countedParts(results: ResultsFolder, signal: AbortSignal | undefined): Promise<Counted[]> {
  const parts: StoredPart[] = []
  for await (const part of results.parts(signal)) parts.push(part)
  parts.sort((a, b) => b.item.modified - a.item.modified || (a.id < b.id ? -1 : 1))
  const seen = new KeySet()
  const counted: Counted[] = []
  for (const part of parts) {
    await pause(signal)
    const rows = await rowsOf(results, part, signal)
    const superseded = new Set<number>()
    for (const [at, { key }] of rows.entries()) if (!seen.add(key)) superseded.add(at)
    if (superseded.size < rows.length) counted.push({ part, firstKey: rows[0]!.key, superseded })
  }
  return counted.sort((a, b) => Buffer.compare(Buffer.from(a.firstKey), Buffer.from(b.firstKey)))
}

async function rowsOf(results: ResultsFolder, part: StoredPart, signal: AbortSignal | undefined): Promise<ResultRow[]> {
  try {
    return await decodeRows(await results.read(part, signal), results.heading.labels)
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof UserError) throw cause
    const reason = cause instanceof ItemError ? cause.message : messageOf(cause)
    const message = `The part ${part.item.key} of "${results.store.address}" is damaged: ${reason}.`
    throw new UserError('E_PART', message, {
      hint: 'Remove it and run itc guess-all again: only it is made anew.',
      cause,
    })
  }
}
