import { readdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isDraft } from '../../disk/transfer.ts'
import { UNSURE_FOLDER } from './options.ts'
import { isResultsDraft } from './rewrite.ts'

/** What is there, by path under the destination. */
export async function namesIn(destination: string): Promise<string[]> {
  const [top, unsure] = await Promise.all([
    readdir(destination).catch(() => []),
    readdir(join(destination, UNSURE_FOLDER)).catch(() => []),
  ])
  return [...top, ...unsure.map(name => `${UNSURE_FOLDER}/${name}`)]
}

/** Removes what killed runs left. @returns the names of what else is there */
export async function removeDrafts(destination: string): Promise<string[]> {
  const names = await namesIn(destination)
  const drafts = names.filter(name => isDraft(posix.basename(name)) || isResultsDraft(name))
  for (const draft of drafts) await rm(join(destination, draft), { force: true })
  return names
}
