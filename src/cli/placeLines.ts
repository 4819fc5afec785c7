import { join, resolve } from 'node:path'
import type { TrainEvent } from '../jobs/train/events.ts'
import { list, printable } from '../text.ts'

/** Where pictures and model lie, where that is not `tf_files/data` and `tf_files`. */
export function placeLines({ folders, root }: Extract<TrainEvent, { kind: 'scanned' }>): string[] {
  const usual = resolve(root, 'data')
  if (folders.length === 1 && resolve(folders[0]!) === usual) return []
  return [`pictures of ${printable(list(folders, 3))}; the model goes to ${printable(join(root))}`]
}
