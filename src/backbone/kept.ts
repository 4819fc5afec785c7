import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isDraft } from '../disk/draft.ts'
import { makeFolder } from '../disk/folder.ts'
import { openToOthers } from '../disk/ours.ts'
import { dropFile } from '../disk/patience.ts'
import { readPlain } from '../disk/readPlain.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { VERSION } from '../version.ts'
import { type Backbone, isIdentified } from './backbone.ts'
import { defaultCacheFolder } from './cacheFolder.ts'

/** What is made of networks is kept from this length on: 13 MB are read in a tenth of the time. The small ones are made as fast as read. */
const KEEP_FROM_BYTES = 4_000_000

/** What is kept at most; beyond, what was kept first goes first. */
const MOST_BYTES = 500_000_000

/** A draft is written within seconds: one older than this is of a process that was killed. */
const WRITING_MS = 600_000

/** Bytes of a sha256. */
const DIGEST = 32

/**
 * What `make` makes of some networks, or gave before: it is kept in the cache folder, under all that it depends on. Where
 * nothing tells one of the networks from others it is made each time.
 *
 * @param what is made, and by which code: a name that changes whenever the result does
 */
export async function keptOrMade(
  what: string,
  backbones: readonly Backbone[],
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (!backbones.every(isIdentified)) return make()
  const path = pathOf(what, backbones)
  const kept = await readKept(path)
  if (kept) return kept
  const bytes = await make()
  if (bytes.byteLength >= KEEP_FROM_BYTES) await keep(path, bytes).catch(() => undefined) // it saves time, no more
  return bytes
}

function pathOf(what: string, backbones: readonly Backbone[]): string {
  const networks = backbones.map(({ sha256, recipe, inner }) => [sha256, recipe, inner])
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, what, networks]))
    .digest('hex')
  return join(defaultCacheFolder(), 'compiled', key.slice(0, 32))
}

/** The kept bytes, behind their checksum; undefined when there are none, they are damaged, of another name, or others could have put them there. */
async function readKept(path: string): Promise<Uint8Array | undefined> {
  const file = isSafe(dirname(path)) ? await readPlain(path).catch(() => undefined) : undefined
  if (file === undefined) return undefined
  const bytes = file.subarray(DIGEST)
  return digest(path, bytes).equals(file.subarray(0, DIGEST)) ? bytes : undefined
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  if (!isSafe(dirname(path))) return
  await writeAtomic(path, [digest(path, bytes), bytes])
  await dropOldest(path)
}

async function dropOldest(written: string): Promise<void> {
  const folder = dirname(written)
  const { mtimeMs: now } = await stat(written) // by the disk's clock, which on a share is another's
  const names = (await readdir(folder)).filter(name => isDraft(name) || /^[0-9a-f]{32}$/.test(name))
  const looks = names.map(name => look(join(folder, name), now).catch(() => undefined)) // another process may drop it first
  const files = (await Promise.all(looks)).filter(file => file !== undefined)
  let total = 0
  for (const { path, size, time } of files.sort((one, other) => other.time - one.time)) {
    total += size
    const isDead = isDraft(basename(path)) && time < now - WRITING_MS
    if (total > MOST_BYTES || isDead) await dropFile(path)
  }
}

/**
 * What has a time to come was written before the clock was set back: it would outlast all that is kept from now on. Other processes
 * may write at this moment, which is no such time.
 */
async function look(path: string, now: number): Promise<{ path: string; size: number; time: number }> {
  const { size, mtimeMs } = await stat(path)
  return { path, size, time: mtimeMs > now + WRITING_MS ? 0 : mtimeMs }
}

/** The checksum is kept beside the bytes: whoever can change these can change both. */
function isSafe(folder: string): boolean {
  try {
    return openToOthers(folder) === undefined
  } catch {
    return false // it is not there
  }
}

/** Of the name as well: a file that lies under another's name is another network. */
function digest(path: string, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(basename(path)).update(bytes).digest()
}
