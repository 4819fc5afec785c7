import type { Split } from '../../dataset/split.ts'
import type { Prepare } from '../../features/rowFile.ts'
import { widthOf } from '../../features/rows.ts'
import { normaliser } from '../../head/blocks.ts'
import { centring, type HeadSpace } from '../../head/space.ts'
import type { StoredRows } from '../../head/stored.ts'
import type { Bottlenecks } from './bottlenecks.ts'
import type { TrainingRun } from './run.ts'

/**
 * All pictures that train, where those at hand are only drawn from them: without those that the drawn ones are judged by, and
 * without what is set apart, wherever copies of them lie.
 *
 * @param space of those at hand, which the others go into; bottlenecks as they come without one
 * @returns undefined where all are at hand
 * @throws UserError `E_DISK_FULL` where the disk of the working folder has no room for them
 */
export async function storedRows(
  { backbones, extraction }: Pick<Bottlenecks, 'backbones' | 'extraction'>,
  splits: readonly Split[],
  setApart: ReadonlySet<string>,
  { features, rowFile, options }: Pick<TrainingRun, 'features' | 'rowFile' | 'options'>,
  space: HeadSpace | undefined,
): Promise<StoredRows | undefined> {
  if (!features || features.pictures <= extraction.pictures.length) return undefined
  const held = new Set(extraction.hashes.filter((_, row) => splits[row] !== 'train'))
  const file = await rowFile(widthOf(backbones), space && rowsOf(space))
  const isLeftOut = (sha256: string) => held.has(sha256) || setApart.has(sha256)
  const labels = await features.copy(backbones, file, isLeftOut, options.signal)
  return { rows: file.rows, labels, read: (chosen, memory) => file.read(chosen, memory) }
}

/** Whole bottlenecks as rows of a space. */
function rowsOf(space: HeadSpace): Prepare {
  const normalised = normaliser(space.backbones)
  const centre = centring(space)
  return (numbers, column) => {
    const row = normalised(numbers, column)
    centre(row)
    return row
  }
}
