import { execFile } from 'node:child_process'
import { chown, utimes } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Original } from './original.ts'

const run = promisify(execFile)
/** Node 20 and 22 cut a double of seconds since 1970 off to microseconds; so much keeps it from the one before. */
const HALF_A_STEP = 2.5e-7

/** Gives a copy its original's times, to a microsecond. Some network disks keep none. */
export async function keepTimes(original: Original, copy: string): Promise<void> {
  const { atimeNs, mtimeNs } = await original.stats()
  await utimes(copy, seconds(atimeNs), seconds(mtimeNs)).catch(() => undefined)
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1e6 + HALF_A_STEP
}

/** Gives a copy its original's owner and group, or its group alone, as far as this user may. */
export async function keepOwner(original: Original, copy: string): Promise<void> {
  const [uid, gid, own] = [...(await ownerOf(original)), process.getuid?.()]
  if (uid === undefined || gid === undefined || own === undefined) return
  await chown(copy, uid, gid)
    .catch(() => chown(copy, own, gid))
    .catch(() => undefined)
}

async function ownerOf(original: Original): Promise<number[]> {
  const { uid, gid } = await original.stats()
  return [Number(uid), Number(gid)]
}

/**
 * Gives a copy its original's extended attributes (tags, comments, access lists), which Node.js does not know of.
 *
 * @returns false where no tool of this system can, or the disk takes none
 */
export async function keepExtended(original: Original, copy: string): Promise<boolean> {
  const from = original.descriptorPath
  if (from === undefined) return false
  return run('cp', ['--attributes-only', '--preserve=xattr', '--', from, copy]).then(
    () => true,
    () => false,
  )
}
