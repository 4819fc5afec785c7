import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import { readGraphDef } from '../../src/graph/graphdef/read.ts'
import { writeGraphDef } from '../../src/graph/graphdef/write.ts'
import { compileOnnx } from '../../src/graph/onnx/compile.ts'
import { wrapOnnx } from '../../src/graph/onnx/wrap.ts'
import { smallNetwork } from './networks.ts'

const RECIPE = { size: 32, mean: [0, 0, 0], scale: [1, 1, 1] } as const
const MUTATIONS = 1000
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

function survives(bytes: Uint8Array, use: (damaged: Uint8Array) => void): void {
  const next = random(2026)
  const before = process.memoryUsage().rss
  let refused = 0
  for (let i = 0; i < MUTATIONS; i++) {
    const damaged = mutated(bytes, next)
    try {
      use(damaged)
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`mutation ${i} ended in no sentence`, { cause: error })
      refused++
    }
  }
  expect(refused).toBeGreaterThan(MUTATIONS / 10)
  expect((process.memoryUsage().rss - before) / MEGABYTE).toBeLessThan(1024)
}

test('a thousand damaged GraphDefs end in a sentence or a network', () => {
  survives(writeGraphDef(smallNetwork()), bytes => {
    const graph = readGraphDef(bytes)
    const input = findInput(graph)
    compileOnnx(graph, { input, bottleneck: findBottleneck(graph, input), recipe: RECIPE })
  })
})

test('a thousand damaged ONNX models end in a sentence or a network', () => {
  const onnx = compileOnnx(smallNetwork(), { input: 'input', outputs: ['final_result'], recipe: RECIPE })
  survives(onnx, bytes => void wrapOnnx(bytes, RECIPE))
})
