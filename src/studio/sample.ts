import { randomBytes } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scanCategories } from '../dataset/scan.ts'
import { makeFolder } from '../disk/folder.ts'
import { copyNew } from '../disk/transfer.ts'
import { UserError } from '../errors.ts'
import type { OpAnswer } from './api.ts'
import type { Collection } from './collection.ts'
import { shownPath } from './pictures/folder.ts'

/** The sample of this package; where it was installed without, there is none. */
const SAMPLE = fileURLToPath(new URL('../../tf_files/data/', import.meta.url))

/**
 * Brings the sample's pictures into a folder that has none yet, as one entry of the journal.
 *
 * @throws UserError `E_EXISTS` where there are pictures, `E_NOT_FOUND` where there is no sample
 */
export async function addSample(collection: Collection, sample: string = SAMPLE): Promise<OpAnswer> {
  const { folder, table } = collection
  if (table.size > 0) throw new UserError('E_EXISTS', 'There are pictures here already.')
  const { pictures } = await scanCategories(sample).catch(cause => {
    const hint = 'It is in a clone of itc, in tf_files/data.'
    throw new UserError('E_NOT_FOUND', 'The sample is not part of this installation.', { hint, cause })
  })
  const entry = await collection.beginBatch('the sample')
  await makeFolder(folder.incoming)
  const ids: number[] = []
  for (const { path, label } of pictures) {
    const draft = join(folder.incoming, `${randomBytes(8).toString('hex')}.part`)
    await copyNew(path, draft)
    const { size, mtimeMs } = await lstat(draft)
    const to = shownPath(folder.root, join(folder.data, label, basename(path)))
    const row = await collection.addToBatch(entry, {
      from: shownPath(folder.root, draft),
      to,
      sha256: null,
      size,
      mtimeMs,
    })
    ids.push(row.id)
  }
  await collection.endBatch(entry, added => `${added} of the sample`)
  await collection.rescan()
  return { entry, revision: table.revision, moved: ids, conflicts: [] }
}
