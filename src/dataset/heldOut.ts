import { dirname, join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { readJson } from '../disk/json.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { anyObject, array, fits, sha256 } from '../schema.ts'
import type { Split, SplitExample } from './split.ts'

/** Where a working folder keeps which pictures are set apart for testing, beside the studio's settings. */
function settingsPath(tfFiles: string): string {
  return join(tfFiles, 'studio', 'settings.json')
}

const heldSchema = array(sha256)

/**
 * Hashes of pictures set apart for testing. Those whose labels were asked for because they are hard would make the
 * accuracy look worse than it is; some drawn at random, and never trained on, keep it honest.
 */
export async function readHeldOut(tfFiles: string): Promise<ReadonlySet<string>> {
  const { held } = await readSettings(tfFiles)
  return new Set(fits<string[]>(heldSchema, held) ? held : [])
}

/** Sets more pictures apart. */
export async function addHeldOut(tfFiles: string, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return
  const held = [...new Set([...(await readHeldOut(tfFiles)), ...hashes])]
  const settings = { ...(await readSettings(tfFiles)), held }
  await makeFolder(dirname(settingsPath(tfFiles)))
  await writeAtomic(settingsPath(tfFiles), `${JSON.stringify(settings, undefined, 2)}\n`)
}

/** A file that is not there, or that nobody can read, sets nothing apart. */
async function readSettings(tfFiles: string): Promise<Record<string, unknown>> {
  return (await readJson(settingsPath(tfFiles), anyObject)) ?? {}
}

/** Puts the pictures set apart among the test pictures, their copies with them, where their category keeps others to learn from. */
export function withHeldOut(
  splits: readonly Split[],
  examples: readonly SplitExample[],
  held: ReadonlySet<string>,
): readonly Split[] {
  if (held.size === 0) return splits
  const groupOf = ({ group, hash }: SplitExample) => group ?? hash
  const groups = new Set(examples.filter(({ hash }) => held.has(hash)).map(groupOf))
  const apart = splits.map((split, row) => (groups.has(groupOf(examples[row]!)) ? 'test' : split))
  const learnt = new Set(examples.filter((_, row) => apart[row] === 'train').map(({ label }) => label))
  return apart.map((split, row) => (learnt.has(examples[row]!.label) ? split : splits[row]!))
}
