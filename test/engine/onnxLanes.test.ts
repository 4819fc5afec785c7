import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { compiledOnnx } from '../../src/backbone/compile.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import type { BackboneRunner } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { startLanes } from '../../src/engine/onnxLanes.ts'
import { takeThread, wantThreads } from '../../src/engine/onnxThreads.ts'
import { worthLanes } from '../../src/engine/worthLanes.ts'

const PICTURES = 6
let backbone: Backbone
let pixels: Uint8Array
let expected: Float32Array
let lanes: BackboneRunner

beforeAll(async () => {
  backbone = await findBackbone('mobilenet_v1')
  pixels = Uint8Array.from({ length: PICTURES * backbone.recipe.size ** 2 * 3 }, (_, at) => (at * at) % 251)
  const session = await (await createOnnxEngine()).loadBackbone(backbone)
  expected = await session.run(pixels, PICTURES)
  await session.dispose()
  lanes = await startLanes(await compiledOnnx(backbone), backbone, 2)
})
afterAll(() => lanes.dispose())

const picture = (at: number) => pixels.slice((at * pixels.length) / PICTURES, ((at + 1) * pixels.length) / PICTURES)

describe('threads with a session each', () => {
  it('give the bits of one session, whatever the batch, each run its own', async () => {
    expect(await lanes.run(pixels, PICTURES)).toEqual(expected)
    const singly = await Promise.all(Array.from({ length: PICTURES }, (_, at) => lanes.run(picture(at), 1)))
    expect(Float32Array.from(singly.flatMap(features => [...features]))).toEqual(expected)
  })

  it('are given no more of a larger buffer than what is due', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage')
    const features = await lanes.run(pixels.subarray(0, pixels.length / PICTURES), 1)
    expect(features).toEqual(expected.slice(0, backbone.features))
    const message = post.mock.calls[0]![0] as { readonly pixels: Uint8Array }
    expect(message.pixels.buffer.byteLength).toBe(pixels.length / PICTURES)
    post.mockRestore()
  })

  it('read a network where it is: none is sent a copy', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage')
    const own = await startLanes(await compiledOnnx(backbone), backbone, 2)
    const [first, second] = post.mock.calls.map(([message]) => (message as { readonly bytes: Uint8Array }).bytes.buffer)
    post.mockRestore()
    await own.dispose()
    expect(first).toBeInstanceOf(SharedArrayBuffer)
    expect(second).toBe(first)
  })

  it('are left to training loops where these are to come, with no network, and end else', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage')
    wantThreads(1)
    const own = await startLanes(await compiledOnnx(backbone), backbone, 2)
    const workers = new Set(post.mock.contexts)
    await own.dispose()
    const thread = takeThread()
    post.mockClear()
    expect(await thread.ask({ kind: 'run', pixels: picture(0), count: 1 })).toEqual({})
    expect(workers).toContain(post.mock.contexts[0])
    post.mockClear()
    const other = takeThread()
    const answer = other.ask({ kind: 'close' })
    expect(workers).not.toContain(post.mock.contexts[0])
    post.mockRestore()
    await answer
    await Promise.all([thread.end(), other.end()])
  })

  it('leave the event loop free', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await lanes.run(pixels, PICTURES)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
  })

  it('pass on what the engine says of an input, and go on', async () => {
    await expect(lanes.run(pixels.subarray(1), PICTURES)).rejects.toThrow(/size|dims|length/i)
    expect(await lanes.run(pixels, PICTURES)).toEqual(expected)
  })

  it('pass on that a network does not load', async () => {
    await expect(startLanes(new Uint8Array(100), backbone, 2)).rejects.toThrow(/protobuf|model/i)
  })

  it.each([0, 5, 15, 40])('refuse a run once disposed of, and leave what was under way: after %i ms', async ms => {
    const own = await startLanes(await compiledOnnx(backbone), backbone, 1)
    const underWay = Promise.allSettled([own.run(pixels, PICTURES), own.run(pixels, PICTURES)])
    await sleep(ms)
    await own.dispose() // a thread that is terminated in a call of the library ends the process now and then
    expect((await underWay)[1].status).toBe('rejected')
    await expect(own.run(pixels, PICTURES)).rejects.toThrow(/ended/)
  })
})

it('they are for many pictures, and for networks and inputs of which copies are cheap', () => {
  const small = new Uint8Array(17_000_000)
  expect(worthLanes(small, backbone, 10)).toBe(0)
  expect(worthLanes(small, backbone, 1000)).toBeLessThanOrEqual(4)
  expect(worthLanes(new Uint8Array(90_000_000), backbone, 1000)).toBe(0)
  expect(worthLanes(small, { ...backbone, recipe: { ...backbone.recipe, size: 1024 } }, 1000)).toBe(0)
})
