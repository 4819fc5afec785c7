import { readdir } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { dropFile } from '../../disk/patience.ts'
import { isDraft, isDraftFrom } from '../../disk/transfer.ts'
import { isResultsDraft } from './rewrite.ts'
import type { Entry } from './row.ts'
import { type Ends, isPlain } from './takeBack.ts'

/** What is there, by path under the destination. */
export async function namesIn(destination: string): Promise<string[]> {
  const top = await readdir(destination, { withFileTypes: true }).catch(() => [])
  const inside = await Promise.all(
    top
      .filter(entry => entry.isDirectory())
      .map(async ({ name }) => (await readdir(join(destination, name)).catch(() => [])).map(file => `${name}/${file}`)),
  )
  return [...top.map(({ name }) => name), ...inside.flat()]
}

/** Removes what killed runs left. @returns the names of what else is there */
export async function removeDrafts(destination: string): Promise<string[]> {
  const names = await namesIn(destination)
  const drafts = names.filter(name => isDraft(posix.basename(name)) || isResultsDraft(name))
  for (const draft of drafts) await dropFile(join(destination, draft))
  return names
}

/** Removes what killed undos of this destination left in the folders that pictures go back to. */
export async function removeSourceDrafts({ source, destination }: Ends, entries: readonly Entry[]): Promise<void> {
  const from = [...new Set(entries.map(({ name }) => dirname(join(destination, name))))]
  for (const folder of new Set(entries.map(({ original }) => dirname(join(source, original))))) {
    if (!(await isPlain(folder))) continue
    const names = await readdir(folder).catch(() => [])
    const drafts = names.filter(name => from.some(each => isDraftFrom(each, name)))
    for (const name of drafts) await dropFile(join(folder, name))
  }
}
