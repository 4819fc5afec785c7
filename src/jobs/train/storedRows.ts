import type { Split } from '../../dataset/split.ts'
import { RowFile } from '../../features/rowFile.ts'
import { widthOf } from '../../features/rows.ts'
import type { StoredRows } from '../../head/stored.ts'
import type { Bottlenecks } from './bottlenecks.ts'
import type { TrainingRun } from './run.ts'

/** Rows in a file, until it is closed. */
export interface RowsOnDisk extends StoredRows {
  close(): Promise<void>
}

/**
 * All pictures that train, where those at hand are only drawn from them: without those that the drawn ones are judged by, and
 * without what is set apart, wherever copies of them lie.
 *
 * @returns undefined where all are at hand
 * @throws UserError `E_DISK_FULL` where the disk of the working folder has no room for them
 */
export async function storedRows(
  { backbones, extraction }: Pick<Bottlenecks, 'backbones' | 'extraction'>,
  splits: readonly Split[],
  setApart: ReadonlySet<string>,
  { features, layout }: Pick<TrainingRun, 'features' | 'layout'>,
  signal?: AbortSignal,
): Promise<RowsOnDisk | undefined> {
  if (!features || features.pictures <= extraction.pictures.length) return undefined
  const held = new Set(extraction.hashes.filter((_, row) => splits[row] !== 'train'))
  const file = await RowFile.create(layout.bottlenecks, widthOf(backbones))
  try {
    const isLeftOut = (sha256: string) => held.has(sha256) || setApart.has(sha256)
    const labels = await features.copy(backbones, file, isLeftOut, signal)
    return { rows: file.rows, labels, read: chosen => file.read(chosen), close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}
