import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve, win32 } from 'node:path'
import { systemCode } from '../errors.ts'

/** A name as disks that ignore case and Unicode's forms take it: those of Windows and macOS as they come, and sticks. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** What is the same for paths that lead to the same place, as far as names tell. */
export function pathKey(path: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' || platform === 'darwin' ? foldedName(path) : path
}

/** Whether a whole path is a folder's own or leads into it, by the names alone. */
export function isInsideByName(folder: string, path: string, platform: NodeJS.Platform = process.platform): boolean {
  const { isAbsolute, relative, sep } = platform === 'win32' ? win32 : posix
  const way = relative(pathKey(folder, platform), pathKey(path, platform))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * Whether a path is a folder's own or leads into it, however it is typed: another case, another Unicode form, through links
 * or another drive letter. The path may be one of something that is not there yet.
 */
export async function isInside(folder: string, path: string): Promise<boolean> {
  const [root, target] = await Promise.all([realPath(folder), realPath(path)])
  const wanted = await identityOf(root)
  if (wanted === undefined) return isInsideByName(root, target)
  for (let at = target; ; at = dirname(at)) {
    if ((await identityOf(at)) === wanted) return true
    if (dirname(at) === at) return false
  }
}

/**
 * The real path, of what may not be there yet too. Where the system has none to tell, as on RAM disks and some network
 * drives of Windows, it is the path itself.
 */
export async function realPath(path: string): Promise<string> {
  const whole = resolve(path)
  try {
    return await realpath(whole)
  } catch (error) {
    const parent = dirname(whole)
    if (systemCode(error) !== 'ENOENT' || parent === whole) return whole
    return join(await realPath(parent), basename(whole))
  }
}

/** What tells a folder from all others; undefined for one that is not there, or a disk that numbers nothing. */
async function identityOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined || stats.ino === 0n ? undefined : `${stats.dev} ${stats.ino}`
}
