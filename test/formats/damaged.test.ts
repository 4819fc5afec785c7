import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { wrapOnnx } from '../../src/compile/wrap.ts'
import { UserError } from '../../src/errors.ts'
import { readNetworkFile } from '../../src/formats/file.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { openBundle } from '../../src/formats/savedmodel/bundle.ts'
import { readServing } from '../../src/formats/savedmodel/metaGraph.ts'
import { readSavedModel } from '../../src/formats/savedmodel/read.ts'
import { restoredKeys } from '../../src/formats/savedmodel/variables.ts'
import { writeSavedModel } from '../../src/formats/savedmodel/write.ts'
import { parseTfjsModel } from '../../src/formats/tfjs/read.ts'
import { writeTfjsModel } from '../../src/formats/tfjs/write.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { tarEntry } from '../helpers/tarEntry.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const RECIPE = { size: 32, mean: [0, 0, 0], scale: [1, 1, 1] } as const
const MUTATIONS = process.env.ITC_ALL_MUTATIONS ? 1000 : 100
const MEGABYTE = 2 ** 20

/** A small repeatable random source (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Cuts short, flips bits, writes extreme bytes, removes or repeats a stretch. */
function mutated(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (length: number): number => Math.floor(next() * length)
  const copy = Buffer.from(bytes)
  const kind = at(5)
  if (kind === 0) return copy.subarray(0, at(copy.length))
  if (kind === 1) {
    const from = at(copy.length)
    return Buffer.concat([copy.subarray(0, from), copy.subarray(from + at(40))])
  }
  if (kind === 2) {
    const from = at(copy.length)
    return Buffer.concat([copy.subarray(0, from), copy.subarray(Math.max(0, from - at(40)))])
  }
  for (let i = 1 + at(8); i > 0; i--) {
    const index = at(copy.length)
    copy[index] = kind === 3 ? copy[index]! ^ (1 << at(8)) : [0, 1, 127, 128, 255][at(5)]!
  }
  return copy
}

/** That none hangs, the test's own time limit sees to. */
async function survives(bytes: Uint8Array, use: (damaged: Uint8Array) => unknown): Promise<void> {
  const next = random(2026)
  const before = process.memoryUsage().rss
  let refused = 0
  for (let i = 0; i < MUTATIONS; i++) {
    try {
      await use(mutated(bytes, next))
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`mutation ${i} ended in no sentence`, { cause: error })
      refused++
    }
  }
  expect(refused).toBeGreaterThan(MUTATIONS / 10)
  expect((process.memoryUsage().rss - before) / MEGABYTE).toBeLessThan(1024)
}

function compile(graph: Graph): void {
  const input = findInput(graph)
  compileOnnx(graph, { input, bottleneck: findBottleneck(graph, input), recipe: RECIPE })
}

test(`${MUTATIONS} damaged GraphDefs end in a sentence or a network`, async () => {
  await survives(writeGraphDef(smallNetwork()), bytes => compile(readGraphDef(bytes)))
})

test(`${MUTATIONS} damaged SavedModels end in a sentence or a network`, async () => {
  const load = () => Promise.reject(new Error('not there'))
  await survives(writeSavedModel(smallNetwork())['saved_model.pb']!, async bytes =>
    compile(await readSavedModel(bytes, load)),
  )
})

test(`${MUTATIONS} damaged lists of weights end in a sentence or a network`, async () => {
  const folder = new URL('../cases/savedmodel-variables/keras_saved/', import.meta.url)
  const saved = await readFile(new URL('saved_model.pb', folder))
  const { graph } = readServing(saved)
  const data = await readFile(new URL('variables/variables.data-00000-of-00001', folder))
  await survives(await readFile(new URL('variables/variables.index', folder)), async index => {
    const bundle = await openBundle(async name => (name.endsWith('.index') ? index : data))
    for (const key of restoredKeys(graph).values()) if (bundle.has(key)) await bundle.read(key)
  })
})

test(`${MUTATIONS} damaged TF.js models end in a sentence or a network`, async () => {
  const { 'model.json': json, ...shards } = writeTfjsModel(smallNetwork())
  const load = async (name: string) => shards[name] ?? Promise.reject(new Error('not there'))
  await survives(json!, async bytes => {
    const graph = await parseTfjsModel(Buffer.from(bytes).toString('utf8'), load)
    compile(graph)
  })
})

test(`${MUTATIONS} damaged archives end in a sentence or a network`, async () => {
  const file = path.join(await tempFolder(), 'net.tgz')
  const archive = gzipSync(tarEntry('net/graph.pb', writeGraphDef(smallNetwork())))
  await survives(archive, async bytes => {
    await writeFile(file, bytes)
    await readNetworkFile(file)
  })
})

test(`${MUTATIONS} damaged ONNX models end in a sentence or a network`, async () => {
  const onnx = compileOnnx(smallNetwork(), { input: 'input', outputs: ['final_result'], recipe: RECIPE })
  await survives(onnx, bytes => wrapOnnx(bytes, RECIPE))
})
