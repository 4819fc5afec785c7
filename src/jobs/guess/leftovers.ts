import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { dropFile } from '../../disk/patience.ts'
import { isDraft } from '../../disk/transfer.ts'
import { isResultsDraft } from './rewrite.ts'

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
