import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import { readModel } from '../../src/model/load.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const KINDS = fileURLToPath(new URL('../cases/onnx-kinds/', import.meta.url))

it('a model whose weights lay beside holds them; one that sends for files is refused, whatever its manifest says', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'vehicle'], 6)
  const backbone = join(KINDS, 'default-export.onnx')
  await train(tfFiles, { backbone, steps: 20, folds: 0, engine: 'onnx', report: false })
  const { manifest } = await readModel(tfFiles)
  const [stored] = manifest.backbones
  const sent = await readFile(backbone)
  await writeFile(join(tfFiles, 'model', stored!.file), sent)
  const path = join(tfFiles, 'model/manifest.json')
  const sha256 = createHash('sha256').update(sent).digest('hex')
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(stored!.sha256, sha256))
  await expect(readModel(tfFiles)).rejects.toMatchObject({
    code: 'E_MODEL_DAMAGED',
    message: expect.stringContaining('names weights elsewhere'),
  })
})
