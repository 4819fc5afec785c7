import { createHash } from 'node:crypto'
import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, it, vi } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { findBackbones } from '../../src/backbone/find.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'
import type { Head } from '../../src/head/head.ts'
import { decodePicture } from '../../src/image/decode.ts'
import { graphFile, readGraphFile } from '../../src/model/graphFile.ts'
import { layoutOf } from '../../src/model/layout.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { beginModel, type ModelFacts, writeModel } from '../../src/model/write.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork } from '../helpers/tinyFolder.ts'

const FACTS: ModelFacts = {
  labels: ['a', 'b', 'c'],
  engine: 'onnx',
  options: { steps: 1, batch: 1, learningRate: 1, seed: 1, folds: 0, validation: 0.1, test: 0.1 },
  counts: { train: 3, validation: 0, test: 0, skipped: 0, categories: { a: 1, b: 1, c: 1 } },
  metrics: {},
  temperature: 1,
  skipped: [],
  familiarity: undefined,
}

function headOf(width: number, seed = 1): Head {
  const random = (_: number, at: number) => Math.sin((at + 1) * seed) / 50
  return {
    weights: Float32Array.from({ length: width * 3 }, random),
    bias: Float32Array.from({ length: 3 }, random),
    width,
    categories: 3,
  }
}

const network = await tinyNetwork(await sharedFolder())

/** A network of six features, whatever its size. */
function tinyBackbones(): Promise<Backbone[]> {
  return findBackbones(network, { bottleneck: 'features', inputSize: 32, layers: 'last' })
}

/** What a backbone makes of a picture. */
async function featuresOf(backbone: Backbone, picture: string): Promise<Float32Array> {
  const runner = await (await createOnnxEngine()).loadBackbone(backbone)
  const features = await runner.run(await decodePicture(picture, backbone.recipe), 1)
  await runner.dispose()
  return features
}

async function somePicture(): Promise<string> {
  return join(SAMPLE_TEST, (await fs.readdir(SAMPLE_TEST)).sort()[0]!)
}

it('retrained_graph.pb is the network and the head, and serves as a backbone with the same features', async () => {
  const layout = layoutOf(await tempFolder())
  const backbones = await findBackbones('mobilenet_v1')
  const { manifest } = await writeModel(layout, backbones, headOf(1024), FACTS)
  const graph = (await readGraphFile(layout, manifest))!
  const byName = new Map(graph.nodes.map(node => [node.name, node]))
  expect(byName.get('input')?.op).toBe('Placeholder')
  expect(byName.get('final_result')?.op).toBe('Softmax')
  expect(await fs.readFile(layout.labels, 'utf8')).toBe('a\nb\nc\n')

  const [own] = await findBackbones(layout.graph)
  expect(own!.recipe).toEqual(backbones[0]!.recipe)
  const picture = await somePicture()
  expect(await featuresOf(own!, picture)).toEqual(await featuresOf(backbones[0]!, picture))
})

it('a new head on the same backbone takes over the bytes that are there, and gives what writing anew gives', async () => {
  const layout = layoutOf(await tempFolder())
  const backbones = await tinyBackbones()
  await writeModel(layout, backbones, headOf(6), FACTS)
  const unreadable: Backbone[] = backbones.map(backbone => ({
    ...backbone,
    loadNetwork: () => Promise.reject(new Error('not needed')),
  }))
  const { manifest: warm } = await writeModel(layout, unreadable, headOf(6, 2), FACTS)
  const bytes = await fs.readFile(layout.graph)
  const cold = await graphFile(layout, backbones, warm.backbones, headOf(6, 2), undefined)
  expect(bytes.equals(Buffer.concat(cold.parts!))).toBe(true)
  expect(warm.graph).toEqual(cold.entry)
  expect(warm.graph).toMatchObject({ sha256: createHash('sha256').update(bytes).digest('hex') })
  // The same head again: nothing to write.
  expect((await graphFile(layout, unreadable, warm.backbones, headOf(6, 2), warm)).parts).toBeUndefined()
})

it('what is written of the backbones is kept: another training reads no network for it', async () => {
  vi.stubEnv('ITC_CACHE', await tempFolder())
  const [first, second] = [layoutOf(await tempFolder()), layoutOf(await tempFolder())]
  const { manifest } = await writeModel(first, await findBackbones('mobilenet_v1'), headOf(1024), FACTS)
  const [backbone] = await findBackbones('mobilenet_v1')
  const unread = { ...backbone!, loadNetwork: () => Promise.reject(new Error('not needed')) }
  expect((await writeModel(second, [unread], headOf(1024), FACTS)).manifest).toEqual(manifest)
  expect((await fs.readFile(second.graph)).equals(await fs.readFile(first.graph))).toBe(true)
  vi.unstubAllEnvs()
})

it('what was made of the backbones ahead of the head gives the same model, and is made for none that has them', async () => {
  const [whole, ahead] = [layoutOf(await tempFolder()), layoutOf(await tempFolder())]
  const backbones = await tinyBackbones()
  const begun = await beginModel(ahead, backbones)
  expect(await fs.pathExists(ahead.model)).toBe(false)
  const { manifest } = await writeModel(whole, backbones, headOf(6), FACTS)
  expect(await writeModel(ahead, backbones, headOf(6), FACTS, begun)).toEqual({ manifest, notes: [] })
  expect((await fs.readFile(ahead.graph)).equals(await fs.readFile(whole.graph))).toBe(true)
  expect(await fs.readdir(ahead.model)).toEqual(await fs.readdir(whole.model))
  expect(await beginModel(ahead, backbones)).toBeUndefined()
  // Its file was lost since: what was begun serves a second time.
  await fs.remove(ahead.graph)
  await writeModel(ahead, backbones, headOf(6), FACTS, begun)
  expect((await fs.readFile(ahead.graph)).equals(await fs.readFile(whole.graph))).toBe(true)
})

it('a graph that somebody changed is not taken over', async () => {
  const layout = layoutOf(await tempFolder())
  const backbones = await tinyBackbones()
  const { manifest } = await writeModel(layout, backbones, headOf(6), FACTS)
  const right = await fs.readFile(layout.graph)
  const wrong = Buffer.from(right)
  wrong[wrong.length >> 2]! ^= 1
  await fs.writeFile(layout.graph, wrong)
  expect(await readGraphFile(layout, manifest)).toBeUndefined()
  await writeModel(layout, backbones, headOf(6), FACTS)
  expect((await fs.readFile(layout.graph)).equals(right)).toBe(true)
})

it('joined backbones lie side by side: two inputs, one result', async () => {
  const layout = layoutOf(await tempFolder())
  const backbones = await findBackbones('mobilenet_v1+efficientnet_lite0')
  await writeModel(layout, backbones, headOf(2304), FACTS)
  const { nodes } = readGraphDef(await fs.readFile(layout.graph))
  const inputs = nodes.filter(node => node.op === 'Placeholder').map(node => node.name)
  expect(inputs).toEqual(['input', 'input_1'])
  const names = new Set(nodes.map(node => node.name))
  for (const { inputs } of nodes) for (const input of inputs) expect(names).toContain(input)
})

it('a backbone that is an ONNX file leaves a note instead, and no graph of an earlier model', async () => {
  const layout = layoutOf(await tempFolder())
  const [own] = await tinyBackbones()
  await writeModel(layout, [own!], headOf(6), FACTS)
  const bytes = Uint8Array.of(1, 2, 3)
  const foreign: Backbone = {
    ...own!,
    name: 'mine',
    sha256: 'f',
    loadNetwork: async () => ({ format: 'onnx', bytes }),
  }
  const { manifest }: { manifest: Manifest } = await writeModel(layout, [foreign], headOf(6), FACTS)
  expect(manifest.graph).toEqual({ without: 'mine is an ONNX file, not a TensorFlow graph' })
  expect(await fs.pathExists(layout.graph)).toBe(false)
})
