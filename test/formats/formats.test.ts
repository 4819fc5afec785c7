import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readNetwork } from '../../src/backbone/readNetwork.ts'
import { compileOnnx } from '../../src/compile/compile.ts'
import { wrapOnnx } from '../../src/compile/wrap.ts'
import { readNetworkFile } from '../../src/formats/file.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { writeSavedModel } from '../../src/formats/savedmodel/write.ts'
import { writeTfjsModel } from '../../src/formats/tfjs/write.ts'
import { floatsToHalves, halvesToFloats, roundToHalves } from '../../src/graph/tensor.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { largestDifference, RAW, runGraph, runOnnx } from '../helpers/runGraph.ts'
import { tarEntry } from '../helpers/tarEntry.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const OUTPUTS = ['features', 'final_result']

async function save(files: Record<string, Uint8Array>): Promise<string> {
  const folder = await tempFolder()
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), bytes)
  }
  return folder
}

function archive(...entries: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
}

const pb = writeGraphDef(smallNetwork())
const onnx = compileOnnx(smallNetwork(), { input: 'input', bottleneck: 'features', recipe: RAW })

test.each([
  ['a frozen graph', () => ({ 'any.name': pb }), 'any.name'],
  ['a gzipped graph', () => ({ 'graph.pb.gz': gzipSync(pb) }), 'graph.pb.gz'],
  [
    'an archive',
    () => ({ 'a.tgz': archive(tarEntry('labels.txt', Buffer.from('x')), tarEntry('net/g.pb', pb)) }),
    'a.tgz',
  ],
  ['a TF.js model', () => writeTfjsModel(smallNetwork()), ''],
  ['a SavedModel', () => writeSavedModel(smallNetwork()), ''],
] as const)('%s comes back as it was', async (_, files, name) => {
  const read = await readNetworkFile(path.join(await save(files()), name))
  if (read.format !== 'graph') throw new Error('a graph was expected')
  const [wanted, found] = await Promise.all([runGraph(smallNetwork(), OUTPUTS), runGraph(read.graph, OUTPUTS)])
  for (const output of OUTPUTS) expect(largestDifference(wanted[output]!, found[output]!)).toBe(0)
})

test('a GraphDef is written byte for byte the same again', () => {
  expect(Buffer.from(writeGraphDef(readGraphDef(pb))).equals(pb)).toBe(true)
})

test('an ONNX model of the same form goes through as it is', async () => {
  const folder = await save({ 'net.onnx': onnx })
  const network = await readNetwork(path.join(folder, 'net.onnx'))
  expect(network).toMatchObject({ format: 'onnx', features: 6, hints: { size: 32, mean: 0, scale: 1 } })
  const [direct, wrapped] = [await runOnnx(onnx), await runOnnx(wrapOnnx(onnx, RAW))]
  expect(wrapped.features!.dims).toEqual([2, 6])
  expect(largestDifference(direct.features!.data as Float32Array, wrapped.features!.data as Float32Array)).toBe(0)
})

test.each([
  ['a link', archive(tarEntry('net.pb', Buffer.alloc(0), '2')), 'E_BAD_ARCHIVE', 'is a link'],
  ['a name that leads out', archive(tarEntry('../net.pb', pb)), 'E_BAD_ARCHIVE', 'leads out'],
  ['an absolute name', archive(tarEntry('/net.pb', pb)), 'E_BAD_ARCHIVE', 'leads out'],
  ['no network', archive(tarEntry('a.txt', pb)), 'E_BAD_ARCHIVE', 'no frozen graph'],
  ['two networks', archive(tarEntry('a.pb', pb), tarEntry('b.pb', pb)), 'E_BAD_ARCHIVE', 'several networks'],
  ['an archive cut off', archive(tarEntry('net.pb', pb)).subarray(0, 400), 'E_BAD_ARCHIVE', 'cut off'],
  ['a gzipped graph cut off', gzipSync(pb).subarray(0, 900), 'E_BAD_ARCHIVE', 'damaged'],
  ['another packing', Buffer.from('BZh91AY&SY'), 'E_NOT_A_GRAPH', 'bzip2'],
  ['an empty file', new Uint8Array(0), 'E_NOT_A_GRAPH', 'empty'],
  ['text', Buffer.from('just some text, no graph at all'), 'E_NOT_A_GRAPH', 'GraphDef'],
  ['a web page', Buffer.from('<!DOCTYPE html><html>'), 'E_NOT_A_GRAPH', 'web page'],
  ['another JSON', Buffer.from('{"format":"other"}'), 'E_NOT_A_GRAPH', 'another kind'],
  ['a graph cut off', pb.subarray(0, pb.length - 9), 'E_BAD_GRAPH', 'damaged'],
])('%s is refused', async (_, bytes, code, words) => {
  const file = path.join(await save({ 'net.x': bytes }), 'net.x')
  await expect(readNetworkFile(file)).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
})

test('float16 weights are halves of the nearest value', () => {
  const floats = Float32Array.of(0, -0, 1, -2.5, 0.1, 65504, 1e9, 6e-8, 1e-9, 1 + 2 ** -11, 1 + 3 * 2 ** -11)
  const back = halvesToFloats(floatsToHalves(floats))
  const wanted = [0, -0, 1, -2.5, 0.0999755859375, 65504, 65504, 2 ** -24, 0, 1, 1 + 2 ** -9]
  expect(Array.from(back)).toEqual(wanted)
  const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i)
  expect(floatsToHalves(halvesToFloats(all))).toEqual(all)
})

test('floats that are rounded to halves are what these hold', () => {
  const ends = [0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2000, 0x3000, 0x7000, 0x8000, 0xefff, 0xf000, 0xf001, 0xffff]
  const bits = Uint32Array.from({ length: 0x10000 * ends.length }, (_, at) => (at << 16) | ends[at >> 16]!)
  const floats = new Float32Array(bits.buffer)
  const halves = floatsToHalves(floats)
  expect(Buffer.compare(bytesOf(roundToHalves(floats)), bytesOf(halves))).toBe(0)
  expect(floats.findIndex((value, at) => !Object.is(value, halvesToFloats(halves.subarray(at, at + 1))[0]))).toBe(-1)
})

const bytesOf = ({ buffer }: Uint16Array): Uint8Array => new Uint8Array(buffer)

test('TF.js weights outside of their folder are refused', async () => {
  const files = writeTfjsModel(smallNetwork())
  const json = Buffer.from(files['model.json']!).toString().replace('group1-shard1of1.bin', '../group1-shard1of1.bin')
  const folder = await save({ ...files, 'model.json': Buffer.from(json) })
  await expect(readNetworkFile(folder)).rejects.toMatchObject({ code: 'E_BAD_GRAPH' })
})
