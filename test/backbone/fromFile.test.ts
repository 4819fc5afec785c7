import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { catalogEntry } from '../../src/backbone/catalog.ts'
import { findBackbone, findBackbones } from '../../src/backbone/find.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { writeTfjsModel } from '../../src/formats/tfjs/write.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { serve } from '../helpers/server.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url))

/** Serves `models/` at the root. */
async function serveModels() {
  return serve(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost')
    response.end(await readFile(join(MODELS, pathname)))
  })
}

test('a TF.js model is downloaded with its shards, once', async () => {
  const server = await serveModels()
  const options = { cacheFolder: await tempFolder(), env: {} }
  const address = `${server.origin}/mobilenet_v1/model.json?tfjs-format=file`
  const backbone = await findBackbone(address, options)
  const { sha256, features } = catalogEntry('mobilenet_v1') ?? {}
  expect(backbone).toMatchObject({ name: 'mobilenet_v1', sha256, features })
  expect(server.requests).toHaveLength(4)
  await findBackbone(address, options)
  expect(server.requests).toHaveLength(4)
})

test('a model.json may not send for files elsewhere', async () => {
  const json = JSON.stringify({ weightsManifest: [{ paths: ['../../secret.bin'] }] })
  const server = await serve((_, response) => response.end(json))
  const options = { cacheFolder: await tempFolder(), env: {} }
  await expect(findBackbone(`${server.origin}/a/b/model.json`, options)).rejects.toMatchObject({ code: 'E_BAD_GRAPH' })
  expect(server.requests).toHaveLength(1)
})

test('an archive of the catalog is asked for when its network is, and verified', async () => {
  const server = await serve((_, response) => response.end('not it'))
  const cacheFolder = await tempFolder()
  const backbone = await findBackbone('mobilenet_v1_0.25_128', { cacheFolder, env: { ITC_MIRROR: server.origin } })
  expect(server.requests).toHaveLength(0)
  await expect(backbone.loadNetwork()).rejects.toMatchObject({ code: 'E_CHECKSUM' })
  const path = '/download.tensorflow.org/models/mobilenet_v1_2018_02_22/mobilenet_v1_0.25_128.tgz'
  expect(server.requests.map(request => request.url)).toEqual([path])
})

test('other nodes make another network, with its own length and identity', async () => {
  const own = await findBackbone('efficientnet_lite0')
  const logits = await findBackbone('efficientnet_lite0', { bottleneck: 'logits' })
  expect(logits.features).toBe(1000)
  expect(logits.sha256).not.toBe(own.sha256)
  expect((await findBackbone('efficientnet_lite0', { bottleneck: 'features' })).sha256).toBe(own.sha256)
  await expect(findBackbone('efficientnet_lite0', { bottleneck: 'Mixed_7c' })).rejects.toMatchObject({
    code: 'E_NO_NODE',
  })
})

test('what is not a network gets a sentence with its path', async () => {
  const path = join(await tempFolder(), 'net.pb')
  await writeFile(path, 'some text')
  await expect(findBackbone(path)).rejects.toThrow(`${path}: Expected a TensorFlow GraphDef`)
  const archive = join(await tempFolder(), 'net.tgz')
  await writeFile(archive, Buffer.from([0x1f, 0x8b, 8, 0]))
  await expect(findBackbone(archive)).rejects.toThrow(`${archive}: The arch`)
  const json = join(await tempFolder(), 'model.json')
  await writeFile(json, '{}')
  await expect(findBackbone(json)).rejects.toThrow(`${json} is not`)
})

const damagedModels: [string, string, string][] = [
  ['weights outside', '{"weightsManifest":[{"paths":["../../../dev/zero"]}]}', 'outside its own folder'],
  ['weights that are not there', '{"weightsManifest":[{"paths":["no.bin"]}]}', 'The weights "no.bin"'],
  ['weights whose name is no part of an address', '{"weightsManifest":[{"paths":["%E0%A4%A"]}]}', 'The weights "%E0'],
  ['weights named by a number', '{"weightsManifest":[{"paths":[5]}]}', 'is not a whole'],
  ['no list of weights', '{"weightsManifest":[null]}', 'is not a whole'],
  ['another kind', '{"format":"layers-model","weightsManifest":[]}', 'of another kind'],
  ['a node that is none', '{"modelTopology":{"node":[null]},"weightsManifest":[]}', 'the form of one'],
  [
    'a shape that is none',
    '{"modelTopology":{"node":[{"name":"a","op":"Relu","attr":{"x":{"shape":{"dim":4}}}}]},"weightsManifest":[]}',
    'the form of one',
  ],
]

test.each(damagedModels)('a model.json with %s gets a sentence', async (_, json, words) => {
  const path = await tempFolder()
  await writeFile(join(path, 'model.json'), json)
  const sentence = { name: 'UserError', message: expect.stringContaining(words) }
  await expect(findBackbone(path, { cacheFolder: path })).rejects.toMatchObject(sentence)
})

test('a folder is the network that lies in it', async () => {
  const options = { cacheFolder: await tempFolder() }
  const path = await tempFolder()
  await expect(findBackbone(path, options)).rejects.toMatchObject({ code: 'E_NOT_A_GRAPH' })
  await writeFile(join(path, 'frozen_graph.pb'), writeGraphDef(smallNetwork()))
  expect(await findBackbone(path, options)).toMatchObject({ features: 6 })
})

test.skipIf(process.platform === 'win32')('a device is no network', async () => {
  const options = { cacheFolder: await tempFolder() }
  await expect(findBackbone('/dev/zero', options)).rejects.toMatchObject({ code: 'E_NO_FILE' })
})

test('a bottleneck before the pooling grows with the input', async () => {
  const options = { cacheFolder: await tempFolder(), bottleneck: 'conv' }
  const path = join(await tempFolder(), 'small.pb')
  await writeFile(path, writeGraphDef(smallNetwork()))
  expect(await findBackbone(path, { ...options, inputSize: 64 })).toMatchObject({ features: 32 * 32 * 4 })
  expect(await findBackbone(path, { ...options, inputSize: 32 })).toMatchObject({ features: 16 * 16 * 4 })
})

test('the weights of a TF.js model are part of its identity, whatever its file is called', async () => {
  const options = { cacheFolder: await tempFolder() }
  const path = await tempFolder()
  for (const [name, bytes] of Object.entries(writeTfjsModel(smallNetwork()))) {
    await writeFile(join(path, name === 'model.json' ? 'small.json' : name), bytes)
  }
  const before = await findBackbone(join(path, 'small.json'), options)
  const shard = join(path, 'group1-shard1of1.bin')
  const bytes = await readFile(shard)
  bytes[8]! ^= 1
  await writeFile(shard, bytes)
  expect((await findBackbone(join(path, 'small.json'), options)).sha256).not.toBe(before.sha256)
})

test('a + inside a path that exists does not separate', async () => {
  const path = join(await tempFolder(), 'a+b.pb')
  await writeFile(path, 'some text')
  for (const spec of [path, `mobilenet_v1+${path}`, `${path}+mobilenet_v1`]) {
    await expect(findBackbones(spec)).rejects.toThrow(`${path}: Expected a TensorFlow GraphDef`)
  }
})

test('an archive without a known checksum is downloaded to learn it, and not again', async () => {
  const server = await serve((_, response) => response.end('an archive'))
  const options = { cacheFolder: await tempFolder(), env: { ITC_MIRROR: server.origin } }
  const first = await findBackbone('inception_v3_2015', options)
  expect(first).toMatchObject({ features: 2048, recipe: { size: 299, mean: [128, 128, 128] } })
  expect((await findBackbone('inception_v3_2015', options)).sha256).toBe(first.sha256)
  expect(server.requests).toHaveLength(1)
})
