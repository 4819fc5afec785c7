import { readPlainText } from '../disk/readPlain.ts'
import { writeTogether } from '../disk/writeAtomic.ts'
import { systemCode } from '../errors.ts'
import { keepForeign } from './foreignFiles.ts'
import { labelLines } from './labelsFile.ts'
import { layoutOf } from './layout.ts'
import { withTrainLock } from './lock.ts'
import { parseManifest } from './manifest.ts'

/**
 * Calls a label of a trained model otherwise, without training: the head's numbers stay in their places. Does nothing
 * where there is no model, or none with that label.
 *
 * @throws UserError `E_LOCKED` while a training is at work
 */
export async function renameLabel(tfFiles: string, from: string, to: string): Promise<void> {
  const layout = layoutOf(tfFiles)
  const text = await readPlainText(layout.manifest).catch(error => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined || !parseManifest(text, layout.manifest).labels.includes(from)) return
  await withTrainLock(layout.root, async () => {
    const manifest = parseManifest(await readPlainText(layout.manifest), layout.manifest)
    const renamed = (label: string) => (label === from ? to : label)
    const labels = manifest.labels.map(renamed)
    const { counts } = manifest
    const categories = Object.fromEntries(
      Object.entries(counts.categories).map(([label, count]) => [renamed(label), count]),
    )
    await keepForeign(layout, labels, false)
    await writeTogether([
      [layout.labels, labelLines(labels)],
      [
        layout.manifest,
        `${JSON.stringify({ ...manifest, labels, counts: { ...counts, categories } }, undefined, 2)}\n`,
      ],
    ])
  })
}
