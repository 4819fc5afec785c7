import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { UserError } from '../../../errors.ts'
import { knownCategory } from '../../journal/operations.ts'
import { openPath } from '../../pictures/folder.ts'
import { TRASH, UNLABELED } from '../../pictures/place.ts'
import type { Studio } from '../../studio.ts'
import { objectOf } from '../body.ts'
import { notFound } from '../failure.ts'
import { openInDesktop } from '../openInDesktop.ts'

/** Shows a folder in the file manager: of a known picture, category, export or place, and of nothing else. */
export function addRevealRoutes(app: Hono, studio: Studio): void {
  app.post('/api/reveal', async context => {
    const folder = folderOf(studio, await objectOf(context))
    await openInDesktop(folder).catch(cause => {
      const hint = `It is ${folder}`
      throw new UserError('E_NO_DESKTOP', 'There is no file manager to open it with.', { hint, cause })
    })
    return context.json({})
  })
}

function folderOf(
  { collection, folder, jobs }: Studio,
  { id, category, export: exported, place }: Record<string, unknown>,
): string {
  if (typeof id === 'number') {
    const row = collection.table.get(id)
    if (row === undefined) throw notFound()
    return dirname(openPath(folder.root, row.path))
  }
  if (category !== undefined) return join(folder.data, knownCategory(collection.table, category))
  if (place === UNLABELED) return folder.unlabeled
  if (place === TRASH) return folder.trash
  const job = jobs.list().find(({ result }) => result && 'folder' in result && result.folder === exported)
  if (job?.result && 'folder' in job.result) return openPath(folder.root, job.result.folder)
  throw notFound()
}
