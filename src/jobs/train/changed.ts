import type { Picture, Skipped } from '../../dataset/scan.ts'
import { statAll } from '../../disk/walk.ts'

/** Pictures whose files are not as the scan found them: what was learnt from them may not be what is there now. */
export async function changedSince(pictures: readonly Picture[]): Promise<Skipped[]> {
  const measured = await statAll(pictures.map(({ path }) => ({ path, link: false })))
  return pictures.flatMap(({ relative, size, mtimeMs }, at) => {
    const now = measured[at]!
    if (typeof now === 'string') return [{ relative, reason: 'gone' }]
    return now.size === size && now.mtimeMs === mtimeMs ? [] : [{ relative, reason: 'changed' }]
  })
}
