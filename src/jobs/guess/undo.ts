import { realpath, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { removeFile } from '../../disk/patience.ts'
import { isSecondCopy, moveNew } from '../../disk/transfer.ts'
import { systemCode, UserError } from '../../errors.ts'
import { cannotWrite, checkFolders, leadsInto } from './folders.ts'
import { withDestinationLock } from './guessDir.ts'
import type { Problem } from './options.ts'
import { RESULTS_NAME, Results, readResults } from './results.ts'
import type { Entry } from './row.ts'

export interface UndoOptions {
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
  /** Left where they are: their old place is taken, or they are gone. `results.csv` keeps these rows. */
  readonly failed: readonly Problem[]
}

/**
 * Takes back what runs have done with a destination, last picture first: moved pictures go back to the source, copies whose
 * originals are there are removed, and so is `results.csv` in the end. Nothing is overwritten and no picture's last copy
 * is removed. A stopped undo is gone on with by the next.
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
  const path = join(destination, RESULTS_NAME)
  const absent = () => {
    const hint = 'Give the same folders as when the pictures were moved.'
    return new UserError('E_NO_RESULTS', `There is no ${RESULTS_NAME} in "${destination}": nothing to take back.`, {
      hint,
    })
  }
  if (!(await stat(path).catch(() => undefined))) throw absent()
  const undo = async () => {
    const recorded = await readResults(path)
    if (!recorded) throw absent()
    const { left, ...result } = await takeBack(recorded.entries, source, destination, options)
    if (options.dryRun) return result
    for (const folder of foldersOf(recorded.entries)) await rmdir(join(destination, folder)).catch(() => undefined) // unless something else is in it
    if (left.length === 0) await removeFile(path)
    else await (await Results.open(path, recorded.labels, left)).close()
    return result
  }
  return await (options.dryRun ? undo() : withDestinationLock(destination, options.signal, undo)).catch(error => {
    throw cannotWrite(source, error)
  })
}

function foldersOf(entries: readonly Entry[]): Set<string> {
  return new Set(entries.flatMap(({ name }) => (name.includes('/') ? [name.slice(0, name.indexOf('/'))] : [])))
}

async function takeBack(
  entries: readonly Entry[],
  source: string,
  destination: string,
  { dryRun = false, onEvent, signal }: UndoOptions,
): Promise<UndoResult & { left: Entry[] }> {
  const root = await realpath(source)
  const rows = entries.filter(({ name }) => name !== '')
  const counts = { restored: 0, removed: 0 }
  const failed: Problem[] = []
  const left: Entry[] = []
  for (const [index, entry] of [...rows].reverse().entries()) {
    signal?.throwIfAborted()
    const outcome = await takeBackOne(entry, root, destination, dryRun)
    if (outcome === 'restored' || outcome === 'removed') {
      counts[outcome]++
      onEvent?.({ kind: outcome, original: entry.original, name: entry.name, done: index + 1, total: rows.length })
    } else if (outcome !== 'back') {
      failed.unshift({ original: entry.original, reason: outcome.reason })
      left.unshift(entry)
    }
  }
  return { ...counts, failed, left }
}

type Outcome = 'restored' | 'removed' | 'back' | { readonly reason: string }

async function takeBackOne({ original, name }: Entry, root: string, folder: string, dryRun: boolean): Promise<Outcome> {
  const [from, to] = [join(folder, name), join(root, original)]
  const [present, taken] = await Promise.all([exists(from), exists(to)])
  if (!present) return taken ? 'back' : { reason: `"${name}" is gone from the destination` }
  if (taken) {
    if (!(await isSecondCopy(from, to))) return { reason: `another file has taken its place; it stays as "${name}"` }
    if (!dryRun) await removeFile(from)
    return 'removed'
  }
  if (dryRun) return 'restored'
  try {
    await makeFolder(dirname(to))
    if (!(await leadsInto(root, dirname(to))))
      return { reason: `its folder is a link elsewhere; it stays as "${name}"` }
    await moveNew(from, to)
    return 'restored'
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST' || code === 'ENOTDIR') return { reason: `its place is taken; it stays as "${name}"` }
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
