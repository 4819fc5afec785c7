import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findBackbone } from '../../src/backbone/find.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const CASES = fileURLToPath(new URL('../cases/', import.meta.url))

test('a folder with one .onnx file is that network; several are listed', async () => {
  const folder = await tempFolder()
  const options = { cacheFolder: await tempFolder() }
  await copyFile(join(CASES, 'onnx-kinds/plain.onnx'), join(folder, 'any name.onnx'))
  expect(await findBackbone(folder, options)).toMatchObject({ features: 32, recipe: { size: 96 } })
  await copyFile(join(CASES, 'onnx-kinds/plain.onnx'), join(folder, 'other.onnx'))
  await expect(findBackbone(folder, options)).rejects.toThrow('several .onnx files: any name.onnx, other.onnx')
  await copyFile(join(CASES, 'onnx-kinds/plain.onnx'), join(folder, 'model.onnx'))
  expect(await findBackbone(folder, options)).toMatchObject({ features: 32 })
})

test.each([
  ['keras-h5/keras_model.h5', undefined, 'a Keras model (HDF5)', 'export("saved_model")'],
  ['keras-h5/model_unquant.tflite', undefined, 'a TensorFlow Lite model', 'tf2onnx.convert --tflite'],
  ['model.keras', `PK\x03\x04${'\0'.repeat(26)}metadata.json`, 'a Keras 3 model (.keras)', 'export("saved_model")'],
  ['model.pt', `PK\x03\x04${'\0'.repeat(26)}model/data.pkl`, 'a PyTorch model', 'torch.onnx.export'],
])('%s is named for what it is, with the way to convert it', async (name, content, what, remedy) => {
  const path = content === undefined ? join(CASES, name) : join(await tempFolder(), name)
  if (content !== undefined) await writeFile(path, content, 'latin1')
  await expect(findBackbone(path)).rejects.toMatchObject({
    code: 'E_NOT_A_GRAPH',
    message: expect.stringContaining(`it is ${what}`),
    hint: expect.stringContaining(remedy),
  })
})

test.each([
  ['teachable-machine', 64, 224],
  ['savedmodel-variables/keras_saved', undefined, undefined],
  ['grouped-conv/grouped.pb', undefined, undefined],
])('%s is a backbone', async (name, features, size) => {
  const backbone = await findBackbone(join(CASES, name), { cacheFolder: await tempFolder() })
  expect(backbone.features).toBeGreaterThan(3)
  if (features !== undefined) expect(backbone).toMatchObject({ features, recipe: { size } })
  expect(await backbone.loadNetwork()).toMatchObject({ format: 'graph' })
})
