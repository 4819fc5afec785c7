import { join } from 'node:path'
import { decodeName, isHidden, isSidecar, showName } from '../../dataset/names.ts'
import { realPath } from '../../disk/inside.ts'
import { type Entry, listFolder, type Mark, type Measured, statAll } from '../../disk/walk.ts'
import { systemCode } from '../../errors.ts'
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

/**
 * Lists the pictures of a folder and of the folders in it; opens none. Hidden files are left out without a word. A link to
 * a file inside the source is that file; links to folders or to somewhere else are not followed.
 *
 * @param source an existing folder
 * @param links false leaves out every link
 * @throws UserError `E_NO_SOURCE` when the source itself can't be read
 */
export async function scanSource(source: string, links: boolean): Promise<SourceScan> {
  const root = await realPath(source)
  const scan: SourceScan = { root, pictures: [], failed: [], skipped: [] }
  const top = await listFolder(source).catch(cause => {
    throw unreadable(source, cause)
  })
  await collect(top, '')
  return scan

  async function collect(entries: Entry[], folder: string): Promise<void> {
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
        const inside = await listFolder(path).catch(error => systemCode(error) ?? String(error))
        if (typeof inside !== 'string') await collect(inside, original)
        else scan.failed.push({ original, reason: `a folder that cannot be read (${inside})` })
      } else if (entry.type === 'special') scan.failed.push({ original, reason: entry.what })
      else if (isSidecar(name)) scan.skipped.push({ original, reason: 'not a picture by its ending' })
      else if (entry.type === 'link') await addLink(original, path, stats.get(file)!)
      else addFile(original, path, stats.get(file)!)
    }
  }

  function addFile(original: string, path: string, stat: Measured): void {
    if (typeof stat === 'string') scan.failed.push({ original, reason: stat })
    else if (stat.size === 0) scan.failed.push({ original, reason: 'an empty file' })
    else scan.pictures.push({ original, path, mark: stat })
  }

  async function addLink(original: string, path: string, stat: Measured): Promise<void> {
    const skip = (reason: string) => void scan.skipped.push({ original, reason })
    if (typeof stat === 'string') {
      if (stat.includes('not followed')) skip(stat)
      else scan.failed.push({ original, reason: stat })
      return
    }
    const target = await realPath(path)
    if (!(await leadsInto(root, target))) skip('a link that leads out of the source, and is not followed')
    else if (!links) skip('a link, which stays where it is')
    else addFile(original, target, stat)
  }
}
