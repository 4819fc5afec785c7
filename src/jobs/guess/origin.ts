import { resolve } from 'node:path'
import { pathKey, realPath } from '../../disk/inside.ts'
import { UserError } from '../../errors.ts'
import { list, quoted } from '../../text.ts'
import { RESULTS_NAME } from './results.ts'
import type { Entry } from './row.ts'

/** The rows of a table that are of one source; see `UndoOptions.from`. */
export async function rowsOf(entries: readonly Entry[], source: string, from: string | undefined): Promise<Entry[]> {
  const called = new Set([pathKey(source)])
  if (from !== undefined) {
    called.add(pathKey(from)).add(pathKey(resolve(from)))
    // A row of before sources were recorded: the same folder given twice vouches for it.
    if ((await realPath(from)) === source) called.add('')
  }
  return entries.filter(entry => called.has(pathKey(entry.source)))
}

/** The error for a source that a table has no pictures of. */
export function otherSource(source: string, destination: string, entries: readonly Entry[]): UserError {
  const sources = [...new Set(entries.filter(({ name }) => name !== '').map(entry => entry.source))]
  if (sources.includes('')) {
    const message = `${RESULTS_NAME} in "${destination}" was written by an earlier itc, which did not record where pictures came from.`
    const hint = `If all of them came from "${source}", say so: add --from ${quoted(source)}.`
    return new UserError('E_OTHER_SOURCE', message, { hint })
  }
  if (sources.length === 0) {
    return new UserError('E_NO_RESULTS', `${RESULTS_NAME} in "${destination}" lists no pictures: nothing to take back.`)
  }
  const folders = list(
    sources.map(path => `"${path}"`),
    5,
  )
  return new UserError('E_OTHER_SOURCE', `No picture in "${destination}" came from "${source}", but from ${folders}.`, {
    hint: 'Give that folder; if it was renamed since, give it as it is called now and its old path with --from.',
  })
}
