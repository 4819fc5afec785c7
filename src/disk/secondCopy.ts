import { lstat, realpath } from 'node:fs/promises'
import { Original } from './original.ts'

/**
 * True when both files are there, hold the same bytes, and one can be removed without losing the other: one being a link
 * that leads to the other is not that, nor is one folder under two paths.
 */
export async function isSecondCopy(a: string, b: string): Promise<boolean> {
  const kinds = await Promise.all([a, b].map(path => lstat(path).catch(() => undefined)))
  if (!kinds.every(kind => kind?.isFile())) return false
  const left = await Original.open(a).catch(() => undefined)
  const right = await Original.open(b).catch(() => undefined)
  try {
    if (!left || !right || (await realpath(a)) === (await realpath(b))) return false
    const [one, two] = await Promise.all([left.stats(), right.stats()])
    if (one.ino === two.ino && one.dev === two.dev) return one.nlink > 1n
    return one.size === two.size && (await left.sha256()) === (await right.sha256())
  } finally {
    await left?.close()
    await right?.close()
  }
}
