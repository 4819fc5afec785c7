import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { beforeAll, expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { LOWERINGS } from '../../src/compile/ops/index.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'

/**
 * Each op by itself, as Python TensorFlow ran it: scripts/conformance/single_ops.py makes the graph, record.mjs there keeps
 * some values of each output.
 */
const FOLDER = path.join(import.meta.dirname, 'ops')
const [PICTURES, SIZE] = [2, 12]
const RECIPE = { size: SIZE, mean: [128, 128, 128], scale: [64, 64, 64] } as const
const TOLERANCE = 1e-4

/** Ops without a row: two fused ones that TensorFlow's plain kernels lack (unfuse.test.ts has both), one that TF.js lacks. */
const ELSEWHERE = ['FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative', 'Softsign']

const graph = readGraphDef(readFileSync(path.join(FOLDER, 'graph.pb')))
const outputs = readFileSync(path.join(FOLDER, 'outputs.tsv'), 'utf8')
  .trim()
  .split('\n')
  .map(line => {
    const [node = '', shape = '', values = ''] = line.split('\t')
    return { node, shape: shape.split(',').map(Number), values: values.split(',').map(Number) }
  })

let results: Record<string, ort.Tensor>

beforeAll(async () => {
  const bytes = compileOnnx(graph, { input: 'input', outputs: outputs.map(({ node }) => node), recipe: RECIPE })
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 })
  const pixels = new Uint8Array(readFileSync(path.join(FOLDER, 'pixels.u8')))
  results = (await session.run({
    pixels: new ort.Tensor('uint8', pixels, [PICTURES, SIZE, SIZE, 3]),
  })) as typeof results
  await session.release()
})

test.each(outputs)('$node', ({ node, shape, values }) => {
  const { dims, data } = results[node]!
  expect(dims).toEqual(shape)
  const largest = Math.max(...values.map(Math.abs))
  for (const [at, wanted] of values.entries()) {
    const place = Math.floor((at * data.length) / values.length)
    expect(Math.abs(Number(data[place]) - wanted)).toBeLessThanOrEqual(TOLERANCE * largest)
  }
})

test('every op that the compiler knows is among them', () => {
  const tried = new Set([...graph.nodes.map(node => node.op), ...ELSEWHERE])
  expect([...LOWERINGS.keys()].filter(op => !tried.has(op))).toEqual([])
})
