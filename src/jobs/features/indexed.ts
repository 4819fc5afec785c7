import { pause } from '../../flow/pause.ts'
import { FEATURES } from '../guessAll/folderForm.ts'
import type { ResultsFolder, StoredPart } from '../guessAll/resultsFolder.ts'
import { KeySet } from '../results/keySet.ts'
import { damaged, orDamaged } from './damage.ts'
import { digestOf } from './form.ts'
import { decodeIndex, hashesOf, type IndexRow } from './indexRows.ts'

/** A row of an index, and where its vectors are. */
export interface Indexed extends IndexRow {
  readonly batch: string
  /** In the names of the batch's vectors. */
  readonly digest: string
  readonly row: number
}

/**
 * All rows of all indexes, a key once: as the latest batch has it.
 *
 * @throws UserError `E_PART` for damage
 */
export async function* indexedRows(folder: ResultsFolder, signal: AbortSignal | undefined): AsyncGenerator<Indexed> {
  const parts: StoredPart[] = []
  for await (const part of folder.parts(signal)) parts.push(part)
  parts.sort((a, b) => b.item.modified - a.item.modified || (a.id < b.id ? -1 : 1))
  const seen = new KeySet()
  for (const part of parts) {
    await pause(signal)
    const key = `${FEATURES.folder}/${part.item.key}`
    const bytes = await orDamaged(folder.store, key, () => folder.read(part, signal))
    const rows = await decodeIndex(bytes).catch(error => {
      throw damaged(folder.store, key, error)
    })
    const at = { batch: part.id, digest: digestOf(hashesOf(rows)) }
    for (const [row, each] of rows.entries()) if (seen.add(each.key)) yield { ...each, ...at, row }
  }
}
