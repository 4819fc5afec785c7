import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { sha256OfFile } from '../../src/backbone/digest.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'
import { constNode, type GraphNode } from '../../src/graph/graph.ts'
import { floatTensor } from '../../src/graph/tensor.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { train } from '../../src/jobs/train/train.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { readModel } from '../../src/model/load.ts'
import { denseEnd } from '../../src/model/oldHead.ts'
import { SAMPLE_TEST, sampleFolder } from '../helpers/pictures.ts'
import { retrained } from '../helpers/retrained.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork } from '../helpers/tinyFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

it.each([
  ['inception', 299, 128, 128],
  ['mobilenet', 160, 127.5, 127.5],
  ['hub', 96, 0, 255],
] as const)('a retrained %s names pictures, prepared as its graph says', async (kind, size, mean, scale) => {
  const folder = await tempFolder()
  await retrained(folder, kind, ['yes', 'no way'])
  const model = await loadModel(folder, { engine: 'onnx' })
  expect(model.manifest.backbones[0]!.recipe).toEqual({
    size,
    resize: 'stretch',
    mean: [mean, mean, mean],
    scale: [scale, scale, scale],
  })
  // As a network that is brought the same file may be cut elsewhere.
  expect(model.manifest.backbones[0]!.weightsSha256).toBe(await sha256OfFile(layoutOf(folder).graph))
  expect((await readModel(folder)).backbones[0]!.sha256).not.toBe(model.manifest.backbones[0]!.weightsSha256)
  const pictures = (await fs.readdir(SAMPLE_TEST)).slice(0, 3).map(name => join(SAMPLE_TEST, name))
  for await (const guess of model.guessAll(pictures)) {
    const { scores } = guess as Extract<typeof guess, { scores: unknown }>
    expect(scores.map(({ label }) => label).sort()).toEqual(['no way', 'yes'])
    expect(scores[0]!.score + scores[1]!.score).toBeCloseTo(1, 6)
    expect(scores[0]!.score).toBeLessThan(0.9999)
  }
  await model.dispose()
})

it('what itc leaves is one too, with the same scores', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'vehicle'], 6)
  await train(tfFiles, { steps: 50, folds: 0, engine: 'onnx' })
  const folder = await tempFolder()
  for (const name of ['retrained_graph.pb', 'retrained_labels.txt'])
    await fs.copy(join(tfFiles, name), join(folder, name))
  const picture = join(SAMPLE_TEST, (await fs.readdir(SAMPLE_TEST))[0]!)
  const [own, old] = [await loadModel(tfFiles, { engine: 'onnx' }), await loadModel(folder, { engine: 'onnx' })]
  expect((await old.guess(picture)).scores).toEqual((await own.guess(picture)).scores)
  await Promise.all([own.dispose(), old.dispose()])
})

it('a graph trained for 8 bits keeps its rounding: that of the bottleneck in its network, that of the weights in its head', async () => {
  const folder = await tempFolder()
  await retrained(folder, 'mobilenet', ['yes', 'no'])
  const { nodes } = readGraphDef(await fs.readFile(layoutOf(folder).graph))
  const rounded = (name: string, input: string): GraphNode[] => [
    constNode(`${name}/min`, floatTensor([], [-1])),
    constNode(`${name}/max`, floatTensor([], [1.55])),
    { name, op: 'FakeQuantWithMinMaxVars', inputs: [input, `${name}/min`, `${name}/max`], attrs: {} },
  ]
  const added: Record<string, GraphNode[]> = {
    'pool_3/_reshape': rounded('features/quant', 'pool_3/_reshape'),
    'final_training_ops/weights/final_weights/read': rounded(
      'weights/quant',
      'final_training_ops/weights/final_weights/read',
    ),
    'final_training_ops/Wx_plus_b/add': rounded('sum/quant', 'final_training_ops/Wx_plus_b/add'),
  }
  const renamed = (ref: string) => added[ref]?.at(-1)?.name ?? ref
  const graph = {
    nodes: nodes.flatMap(node => [{ ...node, inputs: node.inputs.map(renamed) }, ...(added[node.name] ?? [])]),
  }
  const { bottleneck, head } = denseEnd(graph)
  expect(bottleneck).toBe('features/quant')
  const plain = denseEnd({ nodes }).head.weights
  expect(plain.some(weight => Math.abs(weight * 100 - Math.round(weight * 100)) > 0.1)).toBe(true)
  for (const [at, weight] of head.weights.entries()) expect(weight).toBeCloseTo(Math.round(plain[at]! * 100) / 100, 5)
})

it('itc guess and guess-dir take it', async () => {
  const folder = await tempFolder()
  await retrained(folder, 'mobilenet', ['yes', 'no'])
  const picture = join(SAMPLE_TEST, (await fs.readdir(SAMPLE_TEST))[0]!)
  const guessed = await run(['guess', folder, picture])
  expect(guessed.err).toBe('')
  expect(guessed.out).toMatch(/^(yes|no) \(score = 0\.\d{5}\)\n(yes|no) \(score = 0\.\d{5}\)$/)
  const sorted = await run(['guess-dir', folder, SAMPLE_TEST, join(folder, 'classified')])
  expect(sorted.code, sorted.err).toBe(0)
})

it.each<[what: string, spoil: (folder: string) => Promise<void>, sentence: RegExp]>([
  [
    'too few labels',
    folder => fs.writeFile(layoutOf(folder).labels, 'yes\n'),
    /retrained_labels\.txt has 1 labels, but .*retrained_graph\.pb has 2 categories/,
  ],
  ['no labels', folder => fs.remove(layoutOf(folder).labels), /retrained_labels\.txt is not there/],
  ['a graph that ends early', folder => truncate(folder), /retrained_graph\.pb: /],
  [
    'a graph that is none',
    folder => fs.writeFile(layoutOf(folder).graph, '<html>'),
    /retrained_graph\.pb: Expected a TensorFlow/,
  ],
])('%s: a sentence', async (_what, spoil, sentence) => {
  const folder = await tempFolder()
  await retrained(folder, 'mobilenet', ['yes', 'no'])
  await spoil(folder)
  const { code, err, out } = await run(['guess', folder, join(SAMPLE_TEST, (await fs.readdir(SAMPLE_TEST))[0]!)])
  expect(err).toMatch(sentence)
  expect(err).not.toMatch(/\n\s+at /)
  expect(out).toBe('')
  expect(code).toBe(1)
})

async function truncate(folder: string): Promise<void> {
  const { graph } = layoutOf(folder)
  await fs.truncate(graph, (await fs.stat(graph)).size - 30)
}

const CASES = fileURLToPath(new URL('../cases/', import.meta.url))

it.each([
  ['a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16 with its mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, high bytes first', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['UTF-16 without a mark', (text: string) => Buffer.from(text, 'utf16le')],
  ['lines that end as in Windows', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
])('labels with %s are the labels', async (_, encoded) => {
  const folder = await tempFolder()
  await fs.copy(join(CASES, 'old-model/labels-bom'), folder)
  await fs.writeFile(join(folder, 'retrained_labels.txt'), encoded('disc\nsquare\n'))
  expect((await readModel(folder)).manifest.labels).toEqual(['disc', 'square'])
})

it('a graph of two networks is refused with what helps, and not with flags that naming has not', async () => {
  const root = await tempFolder()
  const tfFiles = await sampleFolder(root, ['bird', 'bug'], 3)
  const backbone = `${await tinyNetwork(root, 32)}+${await tinyNetwork(root, 40)}`
  await train(tfFiles, { backbone, steps: 5, folds: 0 })
  await fs.remove(join(tfFiles, 'model'))
  const { code, err } = await run(['guess', tfFiles, join(tfFiles, 'data')])
  expect([code, err]).toEqual([1, expect.stringMatching(/several inputs: "input", "input_1"\.\n.*that was trained\.$/)])
})

it("a model under retrain.py's own names is one", async () => {
  const folder = await tempFolder()
  for (const part of ['graph.pb', 'labels.txt']) {
    await fs.copy(join(CASES, 'old-model/labels-bom', `retrained_${part}`), join(folder, `output_${part}`))
  }
  const { manifest } = await readModel(folder)
  expect(manifest).toMatchObject({ labels: ['disc', 'square'], head: { file: 'output_graph.pb' } })
})

it("a folder with another tool's model is told what it is and how to convert it", async () => {
  const folder = join(CASES, 'keras-h5')
  const sentence = { code: 'E_NO_MODEL', hint: expect.stringContaining('export("saved_model")') }
  await expect(readModel(folder)).rejects.toMatchObject(sentence)
  await expect(readModel(folder)).rejects.toThrow('keras_model.h5, is a Keras model (HDF5)')
})

it('a folder with a network alone is told that it was taught nothing yet, one with pictures to train', async () => {
  const folder = await tempFolder()
  await fs.writeFile(join(folder, 'mynet.onnx'), '')
  const taught = { code: 'E_NO_MODEL', hint: expect.stringContaining(`itc train FOLDER --backbone `) }
  await expect(readModel(folder)).rejects.toMatchObject(taught)
  await expect(readModel(folder)).rejects.toThrow('has a network, mynet.onnx, but no model')
  await fs.mkdir(join(folder, 'data'))
  await expect(readModel(folder)).rejects.toThrow('There is no model in')
})

it("for a trained folder's folder model, the folder around it is asked for", async () => {
  const { tfFiles } = await tinyModel(await tempFolder())
  const inside = { code: 'E_NO_MODEL', hint: `Give the folder that it lies in: ${tfFiles}` }
  await expect(readModel(join(tfFiles, 'model'))).rejects.toMatchObject(inside)
  await fs.rename(join(tfFiles, 'model'), join(tfFiles, 'copied'))
  const renamed = { code: 'E_NO_MODEL', hint: expect.stringContaining('under the name model') }
  await expect(readModel(join(tfFiles, 'copied'))).rejects.toMatchObject(renamed)
})

it("Teachable Machine's export names pictures, cropped and with its labels", async () => {
  const folder = join(CASES, 'teachable-machine')
  const model = await loadModel(folder, { engine: 'onnx' })
  const { recipe } = model.manifest.backbones[0]!
  expect(recipe).toMatchObject({ size: 224, resize: 'crop', mean: [127.5, 127.5, 127.5] })
  const picture = join(SAMPLE_TEST, (await fs.readdir(SAMPLE_TEST))[0]!)
  const { scores } = await model.guess(picture)
  expect(scores.map(({ label }) => label).sort()).toEqual(['daisy', 'roses', 'tulips'])
  await model.dispose()
})

it.each([
  ['labels that are too few', '{"labels":["a"],"imageSize":224}', 'has 1 labels, but'],
  ['no labels', '{}', 'does not tell the labels'],
  ['no JSON', 'labels', 'does not tell the labels'],
])("Teachable Machine's export with %s ends in a sentence", async (_, metadata, words) => {
  const folder = await tempFolder()
  for (const name of ['model.json', 'weights.bin']) {
    await fs.copy(join(CASES, 'teachable-machine', name), join(folder, name))
  }
  await fs.writeFile(join(folder, 'metadata.json'), metadata)
  await expect(readModel(folder)).rejects.toThrow(words)
})
