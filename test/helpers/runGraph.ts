import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-node'
import { compileOnnx } from '../../src/compile/compile.ts'
import { readNetworkFile } from '../../src/formats/file.ts'
import type { Graph } from '../../src/graph/graph.ts'

export const RAW = { size: 32, mean: [0, 0, 0], scale: [1, 1, 1] } as const

/** Two pictures of 32 pixels. */
export const PIXELS = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => (i * 37 + (i >> 7) * 11) % 256)

/** Runs an ONNX model on them. */
export async function runOnnx(bytes: Uint8Array): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const input = new ort.Tensor('uint8', PIXELS, [2, 32, 32, 3])
  const output = await session.run({ [session.inputNames[0]!]: input })
  await session.release()
  return output as Record<string, ort.Tensor>
}

/** The numbers that nodes of a graph give on them. */
export async function runGraph(graph: Graph, outputs: readonly string[]): Promise<Record<string, Float32Array>> {
  const result = await runOnnx(compileOnnx(graph, { input: 'input', outputs, recipe: RAW }))
  return Object.fromEntries(outputs.map(name => [name, result[name]!.data as Float32Array]))
}

export function largestDifference(x: Float32Array, y: Float32Array): number {
  if (x.length !== y.length) return Number.POSITIVE_INFINITY
  return x.reduce((largest, value, i) => Math.max(largest, Math.abs(value - y[i]!)), 0)
}

/** The graph of a bundled network. */
export async function bundledGraph(name: string): Promise<Graph> {
  const read = await readNetworkFile(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)))
  if (read.format !== 'graph') throw new Error('a graph was expected')
  return read.graph
}
