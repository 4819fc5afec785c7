import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { isInside } from '../../disk/inside.ts'
import { type Holder, withLock } from '../../disk/lock.ts'
import { UserError } from '../../errors.ts'
import type { NamingModel } from './ahead.ts'
import { cannotWrite, checkFolders, checkNoLink, makeDestination } from './folders.ts'
import { folderOfLabel } from './guessRow.ts'
import { type GuessDirOptions, type GuessDirResult, UNSURE_FOLDER } from './options.ts'
import { Run } from './run.ts'
import { requirePictures, scanSource } from './scan.ts'

/** Keeps two runs out of one destination. */
const LOCK_NAME = '.itc-guess-dir.lock'

/**
 * Copies or moves every picture of a folder to the destination under the name of its category, and records in
 * `results.csv` there what went where. Nothing is ever overwritten. A run that was stopped, however, is gone on with by the
 * next: what is in place is not done twice.
 *
 * @param destination made if absent; not inside the source
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function guessDir(
  model: NamingModel,
  source: string,
  destination: string,
  options: GuessDirOptions = {},
): Promise<GuessDirResult> {
  await checkFolders(source, destination)
  await checkInnerFolders(model, source, destination, options)
  checkLinks(options)
  const { only, move, followLinks } = options
  const found = await scanSource(source, move ? 'none' : followLinks ? 'all' : 'inside')
  const scan = only ? { ...found, pictures: found.pictures.filter(({ original }) => only(original)) } : found
  const run = new Run(model, source, destination, scan, options)
  if (options.dryRun) return run.rehearse()
  // Nothing to do, and nothing was done before: then no folder is left behind.
  if (scan.failed.length === 0 && !(await isThere(destination))) requirePictures(source, scan)
  await makeDestination(destination)
  return await withDestinationLock(destination, options.signal, () => run.perform()).catch(error => {
    throw cannotWrite(destination, error)
  })
}

/** Pictures must not go back into the source: every run would find what the one before had put there. */
async function checkInnerFolders(
  { labels }: NamingModel,
  source: string,
  destination: string,
  { unsure, into }: GuessDirOptions,
): Promise<void> {
  if (unsure !== undefined) {
    await checkFolders(source, join(destination, UNSURE_FOLDER))
    await checkNoLink(join(destination, UNSURE_FOLDER))
  }
  if (into !== 'folders' || !(await isInside(destination, source))) return
  for (const label of labels) await checkFolders(source, join(destination, folderOfLabel(label)))
}

/** @throws UserError where what links lead to would be moved */
export function checkLinks({ move, followLinks }: Pick<GuessDirOptions, 'move' | 'followLinks'>): void {
  if (!(move && followLinks)) return
  throw new UserError('E_BAD_VALUE', "--move and --follow-links can't both be given.", {
    hint: 'What a link leads to lies elsewhere, and stays there: copy, without --move.',
  })
}

/** Runs `work` while nobody else works in the destination. Waiting for another run would only find everything done. */
export function withDestinationLock<T>(
  destination: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(destination, LOCK_NAME)
  const waiting = ({ pid, host }: Holder) => {
    const message = `Another itc is at work in "${destination}" (process ${pid} on ${host}).`
    throw new UserError('E_BUSY', message, { hint: `Wait until it ends. If there is none, remove ${lock}.` })
  }
  return withLock(lock, { signal, waiting }, work)
}

/** Whether somebody works in the destination, or was killed there. */
export async function isLocked(destination: string): Promise<boolean> {
  return isThere(join(destination, LOCK_NAME))
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
