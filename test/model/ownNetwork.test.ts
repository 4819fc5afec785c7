import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import { readModel } from '../../src/model/load.ts'
import type { ModelFile } from '../../src/model/manifest.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const KINDS = fileURLToPath(new URL('../cases/onnx-kinds/', import.meta.url))

it('a model whose weights lay beside holds them; one that sends for files is refused, whatever its manifest says', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'vehicle'], 6)
  const backbone = join(KINDS, 'default-export.onnx')
  await train(tfFiles, { backbone, steps: 20, folds: 0, engine: 'onnx', report: false })
  const { manifest } = await readModel(tfFiles)
  const path = join(tfFiles, 'model/manifest.json')
  const whole = await readFile(path, 'utf8')
  /** Puts other bytes into a file of the model, and their checksum into the manifest. */
  const forge = async ({ file, sha256 }: ModelFile, bytes: Uint8Array) => {
    await writeFile(join(tfFiles, 'model', file), bytes)
    await writeFile(path, whole.replaceAll(sha256, createHash('sha256').update(bytes).digest('hex')))
  }
  const damagedBy = (problem: string) => ({ code: 'E_MODEL_DAMAGED', message: expect.stringContaining(problem) })

  const head = await readFile(join(tfFiles, 'model', manifest.head.file))
  const forged = Buffer.from(head)
  forged.writeFloatLE(Number.NaN, 4)
  await forge(manifest.head, forged)
  await expect(readModel(tfFiles)).rejects.toMatchObject(damagedBy('holds what is no number'))
  await forge(manifest.head, head)

  await forge(manifest.backbones[0]!, await readFile(backbone))
  await expect(readModel(tfFiles)).rejects.toMatchObject(damagedBy('names weights elsewhere'))
})
