import { copyFile, readFile, rm, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { findBackbone } from '../../src/backbone/find.ts'
import { openNetwork } from '../../src/backbone/network.ts'
import { withFeatureMap } from '../../src/compile/featureMap.ts'
import { wrapOnnx } from '../../src/compile/wrap.ts'
import { probe } from '../../src/engine/probe.ts'
import { withExternalData } from '../../src/formats/onnx/external.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const KINDS = fileURLToPath(new URL('../cases/onnx-kinds/', import.meta.url))
const RECIPE = { mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] } as const

/** Three pictures of any size, unlike each other. */
function pixels(size: number): Uint8Array {
  return Uint8Array.from({ length: 3 * size * size * 3 }, (_, i) => (i * 37 + (i >> 9) * 11 + (i >> 14) * 50) % 256)
}

async function featuresOf(bytes: Uint8Array, size: number, data = pixels(size)): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const count = data.length / (size * size * 3)
  const output = await session.run({ pixels: new Tensor('uint8', data, [count, size, size, 3]) })
  await session.release()
  return output.features!.data as Float32Array
}

async function wrapped(name: string): Promise<Uint8Array> {
  const { networkFor, recipe } = await openNetwork(join(KINDS, name), { probe })
  const network = networkFor(recipe)
  if (network.format !== 'onnx') throw new Error('an ONNX network was expected')
  return network.bytes
}

function largest(x: Float32Array, y: Float32Array): number {
  expect(x.length).toBe(y.length)
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0)
}

test.each([
  ['default-export.onnx', 32, 96],
  ['float16.onnx', 32, 96],
  ['qdq.onnx', 32, 96],
  ['qoperator.onnx', 32, 96],
  ['class-token.onnx', 32, 96],
  ['one-picture.onnx', 8, 64],
])('%s gives features of the length that a run finds', async (name, features, size) => {
  const backbone = await findBackbone(join(KINDS, name), { cacheFolder: await tempFolder(), probe })
  expect(backbone).toMatchObject({ features, recipe: { size } })
  const values = await featuresOf(await wrapped(name), size)
  expect(values.length).toBe(3 * features)
  const rows = [0, 1, 2].map(row => values.slice(row * features, (row + 1) * features))
  expect(largest(rows[0]!, rows[1]!)).toBeGreaterThan(1e-4)
  expect(largest(rows[0]!, rows[2]!)).toBeGreaterThan(1e-4)
})

test.each([
  ['float16.onnx', 2e-3],
  ['qoperator.onnx', 0.15],
  ['qdq.onnx', 0.15],
])('%s gives what its float32 original gives, but for rounding', async (name, tolerance) => {
  const original = await featuresOf(await wrapped('plain.onnx'), 96)
  const scale = original.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(largest(await featuresOf(await wrapped(name), 96), original)).toBeLessThan(tolerance * scale)
})

test('a network for one picture at a time gives each picture of many the same features', async () => {
  const bytes = await wrapped('one-picture.onnx')
  const many = await featuresOf(bytes, 64)
  const each = pixels(64).length / 3
  for (let picture = 0; picture < 3; picture++) {
    const alone = await featuresOf(bytes, 64, pixels(64).slice(picture * each, (picture + 1) * each))
    expect(largest(alone, many.slice(picture * 8, picture * 8 + 8))).toBeLessThan(1e-6)
  }
})

test('the feature map of a float16 network comes as float32', async () => {
  const { bytes, map } = withFeatureMap(await wrapped('float16.onnx'))
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const output = await session.run({ pixels: new Tensor('uint8', pixels(96), [3, 96, 96, 3]) })
  await session.release()
  expect(output[map]!.dims.slice(0, 2)).toEqual([3, 32])
  expect(output[map]!.data).toBeInstanceOf(Float32Array)
})

test('where no features are found, or a node is named that is not there, some are listed', async () => {
  const plain = await readFile(join(KINDS, 'plain.onnx'))
  const recipe = { ...RECIPE, size: 96 }
  expect(() => wrapOnnx(plain, recipe, { bottleneck: 'nothing' })).toThrow(
    expect.objectContaining({ code: 'E_NO_NODE', hint: expect.stringContaining('"output" (10), ') }),
  )
})

async function copied(): Promise<string> {
  const folder = await tempFolder()
  for (const end of ['', '.data'])
    await copyFile(join(KINDS, `default-export.onnx${end}`), join(folder, `default-export.onnx${end}`))
  return folder
}

test.each([
  ['is not there', async (data: string) => rm(data), "can't be read"],
  ['is cut short', async (data: string) => truncate(data, 5000), 'is shorter than the model says'],
  ['is empty', async (data: string) => truncate(data, 0), 'is shorter than the model says'],
  [
    'is a link',
    async (data: string) => {
      await rm(data)
      await symlink(join(KINDS, 'default-export.onnx.data'), data)
    },
    'is no plain file',
  ],
])('weights beside a model, of which the file %s, end in a sentence', async (_, damage, words) => {
  const folder = await copied()
  await damage(join(folder, 'default-export.onnx.data'))
  const options = { cacheFolder: await tempFolder(), probe }
  await expect(findBackbone(join(folder, 'default-export.onnx'), options)).rejects.toMatchObject({
    code: 'E_BAD_GRAPH',
    message: expect.stringContaining(words),
    hint: expect.any(String),
  })
})

test.each([
  ['../secret', 'names weights outside its own folder'],
  ['/etc/passwd', 'names weights outside its own folder'],
  ['C:\\secret', 'names weights outside its own folder'],
])('weights at %s are not read', async (place, words) => {
  const bytes = await readFile(join(KINDS, 'default-export.onnx'))
  await expect(withExternalData(moved(bytes, place), refuse)).rejects.toThrow(words)
})

test('of a longer path it is the file beside the model that is read', async () => {
  const bytes = await readFile(join(KINDS, 'default-export.onnx'))
  const asked: string[] = []
  const data = await readFile(join(KINDS, 'default-export.onnx.data'))
  await withExternalData(moved(bytes, 'below/weights'), async name => {
    asked.push(name)
    return data
  })
  expect(asked).toEqual(['weights'.padEnd(18, 'x')])
})

test('an offset behind the end, and a length that is not the shape, end in a sentence', async () => {
  const bytes = await readFile(join(KINDS, 'default-export.onnx'))
  const data = await readFile(join(KINDS, 'default-export.onnx.data'))
  const load = async (): Promise<Uint8Array> => data
  const text = bytes.toString('latin1')
  const offset = /offset..(\d{5})/s.exec(text)![1]!
  await expect(withExternalData(Buffer.from(text.replaceAll(offset, '99999'), 'latin1'), load)).rejects.toThrow(
    'is shorter than',
  )
  const length = /length..(\d{5})/s.exec(text)![1]!
  await expect(withExternalData(Buffer.from(text.replaceAll(length, '99999'), 'latin1'), load)).rejects.toThrow(
    'another length',
  )
})

async function refuse(): Promise<never> {
  throw new Error('must not be read')
}

/** The same model with its weights elsewhere, under a name of the same length. */
function moved(bytes: Buffer, place: string): Uint8Array {
  const name = 'default-export.onnx.data'
  return Buffer.from(bytes.toString('latin1').replaceAll(name, place.padEnd(name.length, 'x')), 'latin1')
}
