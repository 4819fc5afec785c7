import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { readNetworkFile } from '../../src/formats/file.ts'
import { parseTfjsModel } from '../../src/formats/tfjs/read.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import { terminals } from '../../src/graph/traverse.ts'
import { largestDifference, runOnnx } from '../helpers/runGraph.ts'

const FOLDER = fileURLToPath(new URL('../cases/tfjs-layers', import.meta.url))
const RECIPE = { size: 32, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] } as const

test('a model of layers gives what TF.js makes of it: models in models, branches, and each kind of layer', async () => {
  const read = await readNetworkFile(FOLDER)
  if (read.format !== 'graph') throw new Error('a graph was expected')
  const { graph } = read
  const input = findInput(graph)
  const bottleneck = findBottleneck(graph, input)
  const [end] = terminals(graph)
  const result = await runOnnx(compileOnnx(graph, { input, bottleneck, outputs: [end!], recipe: RECIPE }))
  const wanted = JSON.parse(await readFile(join(FOLDER, 'expected.json'), 'utf8'))
  const differs = (name: string, values: number[]): number =>
    largestDifference(result[name]!.data as Float32Array, Float32Array.from(values))
  expect(differs('features', wanted.features)).toBeLessThan(1e-5)
  expect(differs(end!, wanted.scores)).toBeLessThan(1e-5)
})

const layer = (class_name: string, config: object = {}): object => ({ class_name, config: { name: 'a', ...config } })
const sequential = (...layers: object[]): string =>
  JSON.stringify({ modelTopology: { class_name: 'Sequential', config: { layers } }, weightsManifest: [] })

test.each([
  ['a layer that is not known', sequential(layer('LSTM')), 'E_UNSUPPORTED_OP', 'The layer "a", a LSTM'],
  [
    'channels first',
    sequential(layer('Flatten', { data_format: 'channels_first' })),
    'E_UNSUPPORTED_OP',
    'channels first',
  ],
  ['an unknown activation', sequential(layer('Activation', { activation: 'gelu_x' })), 'E_UNSUPPORTED_OP', 'gelu_x'],
  ['a layer without its weights', sequential(layer('Dense')), 'E_BAD_GRAPH', 'has no weights "kernel"'],
  [
    'no layers',
    JSON.stringify({ modelTopology: { class_name: 'Sequential', config: {} } }),
    'E_BAD_GRAPH',
    'no layers',
  ],
  ['a layer that is none', sequential(null as unknown as object), 'E_BAD_GRAPH', 'the form of one'],
])('a model with %s ends in a sentence', async (_, json, code, words) => {
  const sentence = { code, message: expect.stringContaining(words), hint: expect.any(String) }
  await expect(parseTfjsModel(json, async () => new Uint8Array())).rejects.toMatchObject(sentence)
})

test('models in models without end are refused', async () => {
  let inner: object = layer('Flatten')
  for (let depth = 0; depth < 40; depth++) inner = { class_name: 'Sequential', config: { layers: [inner] } }
  await expect(parseTfjsModel(sequential(inner), async () => new Uint8Array())).rejects.toThrow('without end')
})
