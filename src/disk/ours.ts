import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Who runs this process; undefined on Windows, where a user's folders are closed to others as they are made. */
interface Own {
  readonly user: number | undefined
  readonly group: number | undefined
}

const STICKY = 0o1000

/**
 * The first of a folder and those above it that lets another user put something else there: code in it is not to be run.
 * Undefined for a folder that is ours alone. Root's count as ours.
 */
export function openToOthers(folder: string, own: Own = thisUser()): string | undefined {
  if (own.user === undefined) return undefined
  const at = resolve(folder)
  for (let each = at; ; each = dirname(each)) {
    const found = statSync(each)
    if (found.uid !== own.user && found.uid !== 0) return each
    // In a sticky folder, such as /tmp, others can add but not replace.
    const isGuarded = each !== at && (found.mode & STICKY) !== 0
    if (!isGuarded && isWritableByOthers(found, own)) return each
    if (each === dirname(each)) return undefined
  }
}

function isWritableByOthers({ mode, gid }: { mode: number; gid: number }, { user, group }: Own): boolean {
  if ((mode & 0o002) !== 0) return true
  // Many systems give each user a group of their own, of the same number, and let it write.
  const isOwnGroup = gid === group && group === user
  return (mode & 0o020) !== 0 && !isOwnGroup && gid !== 0
}

function thisUser(): Own {
  return { user: process.getuid?.(), group: process.getgid?.() }
}
