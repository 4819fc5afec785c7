import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** A hidden name on the same disk, under which a file is written until it is whole. */
export function draftOf(path: string, folder = dirname(path)): string {
  // 50 characters are 200 bytes at most, and a name may have 255.
  return join(folder, `.${basename(path).slice(0, 50)}.${randomBytes(6).toString('hex')}.tmp`)
}

/** True for what a killed run leaves, of whatever file. */
export function isDraft(name: string): boolean {
  return /^\..{1,50}\.[0-9a-f]{12}\.tmp$/su.test(name)
}

/** True when `draftName` is what a killed run leaves of a file named `fileName`, of 50 characters at most. */
export function isDraftOf(fileName: string, draftName: string): boolean {
  const [start, end] = [`.${fileName}.`, '.tmp']
  if (!draftName.startsWith(start) || !draftName.endsWith(end)) return false
  return /^[0-9a-f]{12}$/.test(draftName.slice(start.length, -end.length))
}
