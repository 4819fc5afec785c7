import { type Dirent, type Stats, stat } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { sep } from 'node:path'
import { unreadableReason } from '../errors/system.ts'

/** One entry of a folder, its name as the bytes that the file system holds. */
export type Entry =
  | { readonly type: 'folder' | 'file' | 'link'; readonly name: Uint8Array }
  /** Neither a file nor a folder: `what` it is, in words. */
  | { readonly type: 'special'; readonly what: string; readonly name: Uint8Array }

/** What tells a file from every other one, and from itself after a change. */
export interface Mark {
  readonly dev: number
  readonly ino: number
  /** Bytes. */
  readonly size: number
  /** Time of change. */
  readonly mtimeMs: number
}

/** A file's mark, or in words why it has none. */
export type Measured = Mark | string

/** How many files are asked for at once: enough to hide a slow disk, few enough to stay below every system's limit. */
const AT_ONCE = 64

/** A folder's entries in the order of their names' bytes, which in UTF-8 is the order of their code points. */
export async function listFolder(path: string): Promise<Entry[]> {
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
  const real = await Promise.all(
    entries.map(entry => (entry.isSymbolicLink() ? linkOrNot(path, entry) : toEntry(entry))),
  )
  return real.sort((a, b) => Buffer.compare(a.name, b.name))
}

/** Windows lists whatever is stored in a way of its own as a link: all that OneDrive keeps. Only a closer look tells. */
async function linkOrNot(folder: string, { name }: Dirent<Buffer>): Promise<Entry> {
  const kind = await lstat(Buffer.concat([Buffer.from(folder + sep), name])).catch(() => undefined)
  if (kind?.isFile()) return { type: 'file', name }
  return { type: kind?.isDirectory() ? 'folder' : 'link', name }
}

function toEntry(dirent: Dirent<Buffer>): Entry {
  const { name } = dirent
  if (dirent.isFile()) return { type: 'file', name }
  if (dirent.isDirectory()) return { type: 'folder', name }
  if (dirent.isSymbolicLink()) return { type: 'link', name }
  return { type: 'special', name, what: special(dirent) }
}

/** Measures files and links to files, some at a time, in the order given. */
export async function statAll(files: readonly { path: string; link: boolean }[]): Promise<Measured[]> {
  const results: Measured[] = new Array(files.length)
  await new Promise<void>(resolve => {
    let next = 0
    let running = 0
    // Callbacks rather than promises: a folder may hold 100,000 files.
    const advance = () => {
      while (running < AT_ONCE && next < files.length) {
        const index = next++
        const { path, link } = files[index]!
        running++
        stat(path, (error, stats) => {
          results[index] = error === null ? measure(stats) : failure(error, link)
          running--
          advance()
        })
      }
      if (running === 0) resolve()
    }
    advance()
  })
  return results
}

/** A file's mark, from what the system says of it. */
export function markOf({ dev, ino, size, mtimeMs }: Stats): Mark {
  return { dev, ino, size, mtimeMs }
}

/** Why a link to a folder has no mark. */
export const LINK_TO_FOLDER = 'a link to a folder, which is not followed'

function measure(stats: Stats): Measured {
  if (stats.isFile()) return markOf(stats)
  // It was listed as a file or a link, so this is where the link leads.
  return stats.isDirectory() ? LINK_TO_FOLDER : `a link to ${special(stats)}`
}

function failure(error: NodeJS.ErrnoException, link: boolean): string {
  const { code } = error
  if (code === 'ENAMETOOLONG' || (link && code === 'ELOOP')) return unreadableReason(error)
  if (link && (code === 'ENOENT' || code === 'ENOTDIR')) return 'a link that leads to nothing'
  return `${link ? 'a link to a file that' : 'it'} cannot be read (${code})`
}

function special(kind: Pick<Dirent, 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'>): string {
  if (kind.isFIFO()) return 'a FIFO'
  if (kind.isSocket()) return 'a socket'
  if (kind.isBlockDevice() || kind.isCharacterDevice()) return 'a device'
  return 'neither a file nor a folder'
}
