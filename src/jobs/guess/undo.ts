import { join } from 'node:path'
import { realPath } from '../../disk/inside.ts'
import { removeEmptyFolder, removeFile } from '../../disk/patience.ts'
import { UserError } from '../../errors.ts'
import { cannotWrite, checkFolders } from './folders.ts'
import { isLocked, withDestinationLock } from './guessDir.ts'
import { removeDrafts, removeSourceDrafts } from './leftovers.ts'
import { EXTENDED_LOST, type Problem } from './options.ts'
import { otherSource, rowsOf } from './origin.ts'
import { RESULTS_NAME, type Recorded, Results, readResults } from './results.ts'
import type { Entry } from './row.ts'
import { type Ends, takeBackOne } from './takeBack.ts'

export interface UndoOptions {
  /**
   * What the table calls the source, where that folder was renamed or lies elsewhere today. For tables of before sources
   * were recorded it is the source once more: nothing else says that all of their rows are of that folder.
   */
  readonly from?: string | undefined
  /** Says what would be done and does nothing. */
  readonly dryRun?: boolean
  readonly onEvent?: (event: UndoEvent) => void
  readonly signal?: AbortSignal | undefined
}

export interface UndoEvent {
  /** A picture went back to where it came from, or a copy was removed whose original is there, byte for byte. */
  readonly kind: 'restored' | 'removed'
  readonly original: string
  readonly name: string
  readonly done: number
  readonly total: number
}

export interface UndoResult {
  readonly restored: number
  readonly removed: number
  /** Left where they are: their old place is taken, they were changed, or are gone. `results.csv` keeps these rows. */
  readonly failed: readonly Problem[]
  /** Pictures that came from other folders, and stay. */
  readonly others: number
  /** What a person should know of it all, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Takes back what runs have done with the pictures of a source, last picture first: moved pictures go back, copies whose
 * originals are there are removed, and so is `results.csv` when nothing of it is left. Rows of other sources stay, nothing
 * is overwritten and no picture's last copy is removed. A stopped undo is gone on with by the next.
 *
 * @param source the folder given to the runs
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function undoGuessDir(
  source: string,
  destination: string,
  options: UndoOptions = {},
): Promise<UndoResult> {
  await checkFolders(source, destination).catch(error => {
    if (!(error instanceof UserError && error.code === 'E_NO_SOURCE')) throw error
    const hint = 'Check the path. If the folder was removed after its pictures had been moved, make it again.'
    throw new UserError(error.code, error.message, { hint, cause: error })
  })
  // Before a lock is made there.
  await recordedIn(destination).catch(async error => {
    // An undo that was killed as the last thing it did: its lock goes too.
    if (!options.dryRun && (await isLocked(destination))) {
      await withDestinationLock(destination, options.signal, () => Promise.resolve())
    }
    throw error
  })
  const undo = async () => {
    const recorded = await recordedIn(destination)
    const ends = { source: await realPath(source), destination: await realPath(destination) }
    const rows = await rowsOf(recorded.entries, ends.source, options.from)
    if (!rows.some(({ name }) => name !== '')) throw otherSource(source, destination, recorded.entries)
    return takeBack(recorded, rows, ends, options)
  }
  return await (options.dryRun ? undo() : withDestinationLock(destination, options.signal, undo)).catch(error => {
    throw cannotWrite(source, error)
  })
}

function foldersOf(entries: readonly Entry[]): Set<string> {
  return new Set(entries.flatMap(({ name }) => (name.includes('/') ? [name.slice(0, name.indexOf('/'))] : [])))
}

async function recordedIn(destination: string): Promise<Recorded> {
  const recorded = await readResults(join(destination, RESULTS_NAME))
  if (recorded) return recorded
  const message = `There is no ${RESULTS_NAME} in "${destination}": nothing to take back.`
  throw new UserError('E_NO_RESULTS', message, { hint: 'Give the same folders as when the pictures were moved.' })
}

async function takeBack(
  recorded: Recorded,
  rows: readonly Entry[],
  ends: Ends,
  options: UndoOptions,
): Promise<UndoResult> {
  const placed = rows.filter(({ name }) => name !== '').reverse()
  if (!options.dryRun) {
    await removeDrafts(ends.destination)
    await removeSourceDrafts(ends, placed)
  }
  const { failed, left, settled, ...result } = await takeBackAll(placed, ends, options)
  const ours = new Set(rows)
  const stays = recorded.entries.filter(entry => !ours.has(entry) || left.has(entry))
  const others = recorded.entries.filter(entry => !ours.has(entry) && entry.name !== '').length
  if (!options.dryRun && settled > 0) {
    // Unless something else is in them.
    for (const folder of foldersOf(rows)) await removeEmptyFolder(join(ends.destination, folder)).catch(() => undefined)
    const path = join(ends.destination, RESULTS_NAME)
    if (stays.length === 0) await removeFile(path)
    else await (await Results.open(path, recorded, stays)).close()
  }
  return { ...result, failed, others }
}

async function takeBackAll(placed: readonly Entry[], ends: Ends, { dryRun = false, onEvent, signal }: UndoOptions) {
  const counts = { restored: 0, removed: 0 }
  const failed: Problem[] = []
  const left = new Set<Entry>()
  const notes = new Set<string>()
  let settled = 0
  for (const [index, entry] of placed.entries()) {
    signal?.throwIfAborted()
    const outcome = await takeBackOne(entry, ends, dryRun)
    if ('reason' in outcome) {
      failed.unshift({ original: entry.original, reason: outcome.reason })
      left.add(entry)
      continue
    }
    settled++
    if (outcome.kind === 'back') continue
    if (outcome.extendedLost) notes.add(EXTENDED_LOST)
    counts[outcome.kind]++
    const { original, name } = entry
    onEvent?.({ kind: outcome.kind, original, name, done: index + 1, total: placed.length })
  }
  return { ...counts, failed, left, settled, notes: [...notes] }
}
