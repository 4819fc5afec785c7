import { dirname, join } from 'node:path'
import { decodeName, isHidden, isSidecar, showName } from '../../dataset/names.ts'
import { isInsideByName, realPath } from '../../disk/inside.ts'
import { type Entry, LINK_TO_FOLDER, listFolder, type Mark, type Measured, statAll } from '../../disk/walk.ts'
import { systemCode, UserError } from '../../errors.ts'
import { count, printable } from '../../text.ts'
import { leadsInto, unreadable } from './folders.ts'
import type { Problem } from './options.ts'

/** A file that is to be named; nobody has opened it yet. */
export interface SourcePicture {
  /** Path under the source, with `/` on every system. */
  readonly original: string
  /** Opens the file; no link, but where one led. */
  readonly path: string
  /** Of the file as it was when it was listed: what is copied is what was named. */
  readonly mark: Mark
}

export interface SourceScan {
  /** The source's real path: what `results.csv` calls it. */
  readonly root: string
  /** Folder by folder, by the bytes of the names, whatever the order of the file system. */
  readonly pictures: SourcePicture[]
  readonly failed: Problem[]
  readonly skipped: Problem[]
}

/** Which links are followed: those to files inside the source, all, also those to folders, or none. */
export type Links = 'inside' | 'all' | 'none'

/** @throws UserError `E_NO_PICTURES` for a source without any; its files that fail are told otherwise */
export function requirePictures(source: string, { pictures, skipped }: SourceScan): void {
  if (pictures.length > 0) return
  const [first] = skipped
  const why = first && `${printable(first.original)}: ${first.reason}`
  const passed = first ? ` (${count(skipped.length, 'file')} left out, the first: ${why})` : ''
  const hint = 'Check the path.'
  throw new UserError('E_NO_PICTURES', `There are no pictures in "${source}"${passed}.`, { hint })
}

/**
 * Lists the pictures of a folder and of the folders in it; opens none. Hidden files are left out without a word.
 *
 * @param source an existing folder
 * @throws UserError `E_NO_SOURCE` when the source itself can't be read
 */
export async function scanSource(source: string, links: Links): Promise<SourceScan> {
  const root = await realPath(source)
  const scan: SourceScan = { root, pictures: [], failed: [], skipped: [] }
  const top = await listFolder(source).catch(cause => {
    throw unreadable(source, cause)
  })
  await collect(top, '', [])
  return scan

  /** @param trail real paths of the folders whose links were followed to here */
  async function collect(entries: Entry[], folder: string, trail: readonly string[]): Promise<void> {
    const named = entries.flatMap(entry => {
      const name = decodeName(entry.name) ?? showName(entry.name)
      const original = folder === '' ? name : `${folder}/${name}`
      return isHidden(name) ? [] : [{ entry, name, original, path: join(source, original) }]
    })
    const files = named.filter(({ entry }) => entry.type === 'file' || entry.type === 'link')
    const measured = await statAll(files.map(({ entry, path }) => ({ path, link: entry.type === 'link' })))
    const stats = new Map(files.map((file, index) => [file, measured[index]!]))
    for (const file of named) {
      const { entry, name, original, path } = file
      if (decodeName(entry.name) === undefined) {
        scan.failed.push({ original, reason: 'its name is not valid UTF-8: rename it' })
      } else if (entry.type === 'folder') {
        await collectFolder(original, path, trail)
      } else if (entry.type === 'special') scan.failed.push({ original, reason: entry.what })
      else if (isSidecar(name)) scan.skipped.push({ original, reason: 'not a picture by its ending' })
      else if (entry.type === 'file') addFile(original, path, stats.get(file)!)
      else if (links === 'all' && stats.get(file) === LINK_TO_FOLDER) await addLinkedFolder(original, path, trail)
      else await addLink(original, path, stats.get(file)!)
    }
  }

  async function collectFolder(original: string, path: string, trail: readonly string[]): Promise<void> {
    const inside = await listFolder(path).catch(error => systemCode(error) ?? String(error))
    if (typeof inside !== 'string') await collect(inside, original, trail)
    else scan.failed.push({ original, reason: `a folder that cannot be read (${inside})` })
  }

  async function addLinkedFolder(original: string, path: string, trail: readonly string[]): Promise<void> {
    const [target, here] = await Promise.all([realPath(path), realPath(dirname(path))])
    const before = [...trail, here]
    // To follow it would have no end.
    const leadsBack = before.some(each => isInsideByName(target, each))
    if (leadsBack) scan.skipped.push({ original, reason: 'a link to a folder that it lies in' })
    else await collectFolder(original, path, before)
  }

  function addFile(original: string, path: string, stat: Measured): void {
    if (typeof stat === 'string') scan.failed.push({ original, reason: stat })
    else if (stat.size === 0) scan.failed.push({ original, reason: 'an empty file' })
    else scan.pictures.push({ original, path, mark: stat })
  }

  async function addLink(original: string, path: string, stat: Measured): Promise<void> {
    const skip = (reason: string) => void scan.skipped.push({ original, reason })
    if (typeof stat === 'string') {
      if (stat === LINK_TO_FOLDER) skip(withRemedy(stat))
      else scan.failed.push({ original, reason: stat })
      return
    }
    const target = await realPath(path)
    if (links === 'all') addFile(original, target, stat)
    else if (!(await leadsInto(root, target)))
      skip(withRemedy('a link that leads out of the source, and is not followed'))
    else if (links === 'none') skip('a link, which stays where it is')
    else addFile(original, target, stat)
  }
}

function withRemedy(reason: string): string {
  return `${reason}: --follow-links follows it`
}
