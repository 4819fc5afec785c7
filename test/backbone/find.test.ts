import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BUNDLED_NAMES, CATALOG, catalogEntry } from '../../src/backbone/catalog.ts'
import { findBackbone, findBackbones } from '../../src/backbone/find.ts'
import { verifiedBundle } from '../../src/backbone/fromCatalog.ts'
import { UserError } from '../../src/errors.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url))
const offline = { cacheFolder: join(tmpdir(), 'itc-no-cache'), env: { HTTP_PROXY: 'http://127.0.0.1:9' } }

test.each([
  ['mobilenet_v2', { size: 224, mean: 127.5, scale: 127.5 }],
  ['efficientnet_lite2', { size: 260, mean: 127, scale: 128 }],
  ['mobilenet_v1_0.5_160', { size: 160, mean: 127.5, scale: 127.5 }],
])('%s is known without its weights', async (name, { size, mean, scale }) => {
  const backbone = await findBackbone(name, offline)
  const entry = catalogEntry(name)
  expect(backbone).toMatchObject({ name: entry?.name, sha256: entry?.sha256, features: entry?.features })
  const three = (value: number) => [value, value, value]
  expect(backbone.recipe).toEqual({ size, resize: 'stretch', mean: three(mean), scale: three(scale) })
})

test.each(BUNDLED_NAMES)('%s is the network that the catalog names', async name => {
  const { sha256 = '' } = catalogEntry(name) ?? {}
  await expect(verifiedBundle(join(MODELS, name), sha256)).resolves.toEqual({ path: join(MODELS, name), sha256 })
})

test('a bundled network that git has put carriage returns into says so', async () => {
  const folder = await tempFolder()
  await cp(join(MODELS, 'mobilenet_v1'), folder, { recursive: true })
  const text = await readFile(join(folder, 'model.json'), 'utf8')
  await writeFile(join(folder, 'model.json'), `${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`)
  const hint = expect.stringContaining('CRLF')
  await expect(verifiedBundle(folder, catalogEntry('mobilenet_v1')!.sha256!)).rejects.toMatchObject({ hint })
})

test('a damaged or incomplete bundled network gets a sentence', async () => {
  const folder = await tempFolder()
  await cp(join(MODELS, 'mobilenet_v1'), folder, { recursive: true })
  const { sha256 = '' } = catalogEntry('mobilenet_v1') ?? {}
  await expect(verifiedBundle(folder, sha256)).resolves.toBeDefined()
  const shard = join(folder, 'group1-shard2of3.bin')
  const bytes = await readFile(shard)
  bytes[1000]! ^= 1
  await writeFile(shard, bytes)
  const damaged = { code: 'E_DAMAGED', message: `The bundled network ${folder} is damaged: its checksum is wrong.` }
  await expect(verifiedBundle(folder, sha256)).rejects.toMatchObject(damaged)
  await rm(shard)
  const incomplete = { code: 'E_DAMAGED', message: `The bundled network ${folder} is incomplete.` }
  await expect(verifiedBundle(folder, sha256)).rejects.toMatchObject(incomplete)
  await writeFile(join(folder, 'model.json'), '{"format":')
  await expect(verifiedBundle(folder, sha256)).rejects.toMatchObject(damaged)
})

test.each([
  ['mobilnet_v1', 'Did you mean mobilenet_v1?'],
  ['inceptionv3', 'Did you mean inception_v3?'],
  ['efficientnet_lite1', 'Did you mean efficientnet_lite0?'],
  ['mobilenet_v1_1.0_244', 'Did you mean mobilenet_v1_1.0_224?'],
])('for the unknown name %s the nearest is offered', async (name, question) => {
  await expect(findBackbone(name)).rejects.toMatchObject({
    code: 'E_UNKNOWN_BACKBONE',
    message: `There is no backbone "${name}". ${question}`,
    hint: expect.stringContaining('efficientnet_lite2') as string,
  })
})

test('for a name that is like none, only the list', async () => {
  const error = await findBackbone('resnet').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).message).toBe('There is no backbone "resnet".')
  for (const { name } of CATALOG.filter(entry => !entry.name.startsWith('mobilenet_v1_'))) {
    expect((error as UserError).hint).toContain(name)
  }
})

test('a path that leads nowhere is not taken for a name', async () => {
  for (const path of ['./net', 'frozen_graph.pb', 'models\\net']) {
    await expect(findBackbone(path)).rejects.toMatchObject({ code: 'E_NO_FILE' })
  }
})

test('an address that is none gets a sentence', async () => {
  await expect(findBackbone('https://')).rejects.toThrow(
    'Expected a whole address for --backbone but received "https://"',
  )
})

test('options take the place of the entry’s recipe', async () => {
  const { recipe } = await findBackbone('mobilenet_v1', { inputSize: 288, resize: 'pad', mean: [1, 2, 3], scale: 4 })
  expect(recipe).toEqual({ size: 288, resize: 'pad', mean: [1, 2, 3], scale: [4, 4, 4] })
})

test.each([
  [{ inputSize: 31 }, 'Expected a whole number of pixels from 32 to 1024 for --input-size but received 31.'],
  [{ inputSize: 1025 }, /received 1025\.$/],
  [{ inputSize: 224.5 }, /received 224\.5\.$/],
  [{ inputSize: Number.NaN }, /received NaN\.$/],
  [{ scale: 0 }, 'Expected one number or three, none of them 0 for --scale but received "0".'],
  [{ resize: 'squash' as 'crop' }, 'Expected one of stretch, crop, pad for --resize but received "squash".'],
  [{ mean: [1, 2] }, 'Expected one number or three for --mean but received "1,2".'],
  [{ mean: [1, 2, Number.NaN] }, /received "1,2,NaN"\.$/],
])('%j is refused', async (options, message) => {
  await expect(findBackbone('mobilenet_v1', options)).rejects.toThrow(message)
})

test('several backbones are joined by +', async () => {
  const found = await findBackbones('mobilenet_v1+efficientnet_lite2', { inputSize: 288 })
  expect(found.map(({ name, recipe }) => [name, recipe.size])).toEqual([
    ['mobilenet_v1', 288],
    ['efficientnet_lite2', 288],
  ])
  await expect(findBackbones('mobilenet_v1+Mobilenet_v1')).rejects.toThrow('names mobilenet_v1 twice')
  await expect(findBackbones('mobilenet_v1+lite')).rejects.toThrow('There is no backbone "lite".')
  await expect(findBackbones('mobilenet_v1+')).rejects.toMatchObject({ code: 'E_UNKNOWN_BACKBONE' })
  await expect(findBackbones('mobilenet_v1+efficientnet_lite0', { mean: 0 })).rejects.toThrow(
    "--mean can't be used with several backbones",
  )
})
