import { join } from 'node:path'
import { withOriginal } from '../../disk/original.ts'
import { removeFile } from '../../disk/patience.ts'
import { isSecondCopy } from '../../disk/secondCopy.ts'
import { settle } from '../../disk/transfer.ts'
import { type Measured, statAll } from '../../disk/walk.ts'
import type { Entry } from './row.ts'
import type { SourcePicture } from './scan.ts'

/** Coarsest step of a file's time: FAT's, in milliseconds. */
const TIME_STEP = 2000

export interface Resumption {
  /** Rows that stay; the others belong to pictures that are done again. */
  readonly kept: Entry[]
  readonly todo: SourcePicture[]
}

/**
 * Finds out what earlier runs have done. A row whose picture is not in place is dropped, and so are failures: both are tried
 * again. A picture that is not the one in place (it was changed since, or the one in place was edited) is named anew, and
 * the earlier row stays. Rows of other sources are left as they are; those of tables that told no source count as of this
 * one where the picture is the same.
 *
 * @param source its real path, as rows call it
 * @param options.move finishes moves that were cut off between the new name's appearance and the old one's removal
 * @param options.rehearsal finishes nothing
 */
export async function resume(
  entries: readonly Entry[],
  source: string,
  pictures: readonly SourcePicture[],
  destination: string,
  { move, rehearsal }: { readonly move: boolean; readonly rehearsal: boolean },
): Promise<Resumption> {
  if (entries.length === 0) return { kept: [], todo: [...pictures] }
  const sources = new Map(pictures.map(picture => [picture.original, picture]))
  const rows = onePerName(entries.filter(({ name }) => name !== ''))
  const known = rows.filter(row => (row.source === source || row.source === '') && sources.has(row.original))
  const targets = await statAll(known.map(({ name }) => ({ path: join(destination, name), link: false })))
  const origins = await statAll(known.map(({ original }) => ({ path: sources.get(original)!.path, link: false })))
  const missing = new Set<Entry>()
  const done = new Set<string>()
  for (const [index, entry] of known.entries()) {
    const [from, to] = [sources.get(entry.original)!.path, join(destination, entry.name)]
    const target = targets[index]!
    if (typeof target === 'string') missing.add(entry)
    else if (await isDone(entry, { from, to }, { source: origins[index]!, target }, move)) {
      done.add(entry.original)
      if (!move || rehearsal) continue
      await settle(to) // from now on it is the only one
      await removeFile(from)
    }
  }
  return {
    kept: rows.filter(entry => !missing.has(entry)),
    todo: pictures.filter(({ original }) => !done.has(original)),
  }
}

/** A run killed twice at the same picture has planned it twice: the later row counts. */
function onePerName(rows: readonly Entry[]): Entry[] {
  const last = new Map(rows.map(row => [row.name, row]))
  return rows.filter(row => last.get(row.name) === row)
}

async function isDone(
  { sha256 }: Entry,
  { from, to }: { readonly from: string; readonly to: string },
  { source, target }: { readonly source: Measured; readonly target: Measured },
  move: boolean,
): Promise<boolean> {
  if (typeof source === 'string' || typeof target === 'string') return true // vanished just now: nothing to do
  // Copies have their originals' time; whatever differs needs a closer look.
  const alike = source.size === target.size && Math.abs(source.mtimeMs - target.mtimeMs) <= TIME_STEP
  if (alike && !move) return true
  return (await isSecondCopy(from, to)) && (sha256 === '' || (await withOriginal(to, copy => copy.sha256())) === sha256)
}
