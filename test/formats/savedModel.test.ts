import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { readNetworkFile } from '../../src/formats/file.ts'
import { unsnapped } from '../../src/formats/savedmodel/snappy.ts'
import { readTable } from '../../src/formats/savedmodel/sstable.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import { constantOf } from '../../src/graph/graph.ts'
import { RAW, runOnnx } from '../helpers/runGraph.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const SAVED = fileURLToPath(new URL('../cases/savedmodel-variables/keras_saved', import.meta.url))

async function graphOf(folder: string) {
  const read = await readNetworkFile(folder)
  if (read.format !== 'graph') throw new Error('a graph was expected')
  return read.graph
}

/** A copy of the case, to damage. */
async function copied(): Promise<string> {
  const folder = await tempFolder()
  await cp(SAVED, folder, { recursive: true })
  return folder
}

test("a SavedModel's variables are constants of its graph, and its functions are written out", async () => {
  const graph = await graphOf(SAVED)
  const ops = new Set(graph.nodes.map(node => node.op))
  expect([...ops].filter(op => /Variable|VarHandle|PartitionedCall/.test(op))).toEqual([])
  const input = findInput(graph)
  const bottleneck = findBottleneck(graph, input)
  const { features } = await runOnnx(compileOnnx(graph, { input, bottleneck, recipe: RAW }))
  const values = features!.data as Float32Array
  expect(values.every(Number.isFinite)).toBe(true)
  expect(new Set(values).size).toBeGreaterThan(1)
})

test('each variable has the bytes that the checkpoint has under its key', async () => {
  const graph = await graphOf(SAVED)
  const data = await readFile(join(SAVED, 'variables/variables.data-00000-of-00001'))
  const index = readTable(await readFile(join(SAVED, 'variables/variables.index')))
  const kept = [...index.keys()].filter(key => key.endsWith('/.ATTRIBUTES/VARIABLE_VALUE'))
  const weights = graph.nodes.map(constantOf).filter(value => value?.dtype === 'float32' && value.shape.length > 0)
  expect(kept.length).toBeGreaterThan(4)
  const found = weights.filter(value => data.includes(Buffer.from((value!.data as Float32Array).slice().buffer)))
  expect(found.length).toBeGreaterThanOrEqual(4)
})

test.each([
  [
    'without the folder variables',
    async (folder: string) => rm(join(folder, 'variables'), { recursive: true }),
    'variables.index, can',
  ],
  [
    'without its weights',
    async (folder: string) => rm(join(folder, 'variables/variables.data-00000-of-00001')),
    'data-00000-of-00001, can',
  ],
  [
    'with an index cut short',
    async (folder: string) => truncate(join(folder, 'variables/variables.index'), 300),
    'it is cut off',
  ],
  [
    'with weights cut short',
    async (folder: string) => truncate(join(folder, 'variables/variables.data-00000-of-00001'), 300),
    'is shorter than',
  ],
  [
    'with a bit of its index turned',
    async (folder: string) => turned(join(folder, 'variables/variables.index'), 40),
    'a checksum is wrong',
  ],
  [
    'with a bit of its weights turned',
    async (folder: string) => turned(join(folder, 'variables/variables.data-00000-of-00001'), 40),
    'The graph is damaged: the checksum',
  ],
])('a SavedModel %s ends in a sentence', async (_, damage, words) => {
  const folder = await copied()
  await damage(folder)
  await expect(readNetworkFile(folder)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(words),
    hint: expect.any(String),
  })
})

async function turned(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[at]! ^= 1
  await writeFile(file, bytes)
}

test('blocks packed by Snappy unpack: literals, and copies that repeat themselves', () => {
  const packed = Buffer.from([10, 0x04, 97, 98, 0x01 | (4 << 2) | 0, 2])
  // length 10, literal "ab", then 8 bytes copied from 2 back
  expect(Buffer.from(unsnapped(packed)).toString()).toBe('ababababab')
  for (const broken of [
    [],
    [10],
    [10, 0x04, 97],
    [10, 0x04, 97, 98, 0x11, 9],
    [255, 255, 255, 255, 15, 0x04, 97, 98],
  ]) {
    expect(() => unsnapped(Buffer.from(broken))).toThrow('does not unpack')
  }
})
