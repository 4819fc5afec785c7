import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, test, vi } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { readNetwork } from '../../src/backbone/readNetwork.ts'
import { isLight } from '../../src/engine/light.ts'
import { anyOrt } from '../../src/engine/onnxRuntime.ts'
import { probeWithin } from '../../src/engine/probe.ts'
import { startWatchedLanes } from '../../src/engine/watchedLanes.ts'
import { DATA_TYPE } from '../../src/formats/onnx/schema.ts'
import { encodeModel, type OnnxNode, type OnnxTensor } from '../../src/formats/onnx/wire.ts'
import { readModel } from '../../src/model/load.ts'
import { startItc } from '../helpers/itc.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const SIDE = 64

function node(op: string, name: string, inputs: readonly string[], attrs: OnnxNode['attrs'] = {}): OnnxNode {
  return { op, name, inputs, outputs: [name], attrs }
}

function whole(name: string, shape: readonly number[], ...values: number[]): OnnxTensor {
  return { name, type: 'int64', shape, bytes: () => new Uint8Array(BigInt64Array.from(values, BigInt).buffer) }
}

/** Nodes from `x` to `y`, then a pooling over all of the picture. */
function network(
  nodes: readonly OnnxNode[],
  tensors: readonly OnnxTensor[] = [],
  side = SIDE,
  bytes = false,
): Uint8Array {
  return encodeModel({
    nodes: [...nodes, node('GlobalAveragePool', 'features', ['y'])],
    tensors,
    inputs: [
      bytes
        ? { name: 'x', type: 'uint8', shape: ['n', side, side, 3] }
        : { name: 'x', type: 'float', shape: ['n', 3, side, side] },
    ],
    outputs: [{ name: 'features', type: 'float', shape: ['n', 'c', 1, 1] }],
    metadata: {},
  })
}

/** A few hundred bytes that turn as often as they say. `bytes`: it takes pictures as they come. */
function loop(turns: number, bytes = false, side = SIDE): Uint8Array {
  const shape = bytes ? ['n', side, side, 3] : ['n', 3, side, side]
  const body = {
    nodes: [node('Identity', 'again', ['condition']), node('Sin', 'next', ['value'])],
    tensors: [],
    inputs: [
      { name: 'turn', type: 'int64', shape: [] },
      { name: 'condition', type: 'bool', shape: [] },
      { name: 'value', type: 'float', shape },
    ],
    outputs: [
      { name: 'again', type: 'bool', shape: [] },
      { name: 'next', type: 'float', shape },
    ],
  } as const
  const turning = node('Loop', 'y', ['turns', '', 'floats'], { body: { graph: body } })
  const nodes = [node('Cast', 'floats', ['x'], { to: DATA_TYPE.float }), turning]
  return network(nodes, [whole('turns', [], turns)], side, bytes)
}

/** A pooling's, around each pixel. */
const window = (size: number) => {
  const pad = (size - 1) / 2
  return { kernel_shape: [size, size], pads: [pad, pad, pad, pad], strides: [1, 1] }
}

/** A picture made so many: the factor is said, or computed when it runs. */
function expanded(times: number, side: number, isSaid: boolean, bytes = false): Uint8Array {
  const shape = [times, ...(bytes ? [side, side, 3] : [3, side, side])]
  const parts = [whole('first', [1], ...shape.slice(0, 1)), whole('others', [3], ...shape.slice(1))]
  return network(
    [
      node('Cast', 'floats', ['x'], { to: DATA_TYPE.float }),
      ...(isSaid ? [] : [node('Concat', 'shape', ['first', 'others'], { axis: 0 })]),
      node('Expand', 'many', ['floats', 'shape']),
      node('ReduceMax', 'y', ['many', 'axis'], { keepdims: 1 }),
    ],
    [...(isSaid ? [whole('shape', [4], ...shape)] : parts), whole('axis', [1], 0)],
    side,
    bytes,
  )
}

/** When no thread computes any more. */
async function idle(): Promise<void> {
  for (let used = Number.POSITIVE_INFINITY; used > 100_000; ) {
    const before = process.cpuUsage()
    await sleep(300)
    used = process.cpuUsage(before).user
  }
}

describe('somebody’s ONNX model of some hundred bytes', () => {
  test.each([
    ['a pooling over a large window', network([node('MaxPool', 'y', ['x'], window(999))], [], 1024), /billion mult/],
    [
      'a picture that is made many',
      network(
        [node('Expand', 'many', ['x', 'shape']), node('ReduceMax', 'y', ['many', 'axis'], { keepdims: 1 })],
        [whole('shape', [4], 40_000, 3, SIDE, SIDE), whole('axis', [1], 0)],
      ),
      /becomes \d+ numbers/,
    ],
    ['one as wide as a wall', network([node('Relu', 'y', ['x'])], [], 20_000), /the limit is 2048/],
  ])('is refused before it runs when it takes too much: %s', async (_, bytes, message) => {
    const file = join(await tempFolder(), 'network.onnx')
    await writeFile(file, bytes)
    await expect(readNetwork(file)).rejects.toThrow(message)
  })

  it('is read when it takes what networks take', async () => {
    const file = join(await tempFolder(), 'network.onnx')
    await writeFile(file, network([node('MaxPool', 'y', ['x'], window(3))]))
    expect(await readNetwork(file)).toMatchObject({ format: 'onnx', bottleneck: 'features' })
  })

  it('is given up when it takes too long', async () => {
    const probed = probeWithin(0.1, loop(12_000, true), SIDE, 'network.onnx')
    await expect(probed).rejects.toThrow('takes too much: more than 0.1 seconds of the processor for 2 pictures')
    await idle()
  })

  it('that turns for ever hears Ctrl-C', async () => {
    const { tfFiles } = await tinyModel()
    const file = join(await tempFolder(), 'network.onnx')
    await writeFile(file, loop(2 ** 40))
    const running = startItc(['train', tfFiles, '--backbone', file, '--no-report'])
    await running.prints(/pictures in/)
    await sleep(1000)
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, err: expect.stringContaining('Stopped') })
  })
})

describe('a network in somebody’s working folder', () => {
  const backbone = { name: 'network.onnx', recipe: { size: SIDE }, features: 3 } as Backbone

  it.each<[string, Uint8Array, boolean]>([
    ['a usual one', network([node('Cast', 'y', ['x'], { to: DATA_TYPE.float })], [], SIDE, true), true],
    ['one with turns', loop(1, true), false],
    ['one whose shape only a run shows', expanded(2, SIDE, false, true), false],
    ['one whose shape is said', expanded(2, SIDE, true, true), false], // ReduceMax is none of the ops that are known
    ['none', Buffer.from('no network'), false],
  ])('is watched unless its file tells that it takes little: %s', async (_, bytes, light) => {
    expect(await isLight(bytes, backbone)).toBe(light)
  })

  it('is not looked at again, if what it is compiled of is known; what a model’s manifest says of it counts for nothing', async () => {
    vi.stubEnv('ITC_CACHE', await tempFolder())
    const usual = network([node('Cast', 'y', ['x'], { to: DATA_TYPE.float })], [], SIDE, true)
    const known = { ...backbone, sha256: 'ab'.repeat(32) }
    expect(await isLight(loop(1, true), known)).toBe(false)
    expect(await isLight(usual, known)).toBe(true)
    expect(await isLight(loop(1, true), known)).toBe(true)
    for (const other of [{ ...known, isCompiled: true }, { ...known, inner: [3] }, backbone])
      expect(await isLight(loop(1, true), other)).toBe(false)
    vi.unstubAllEnvs()
  })

  it('is given up when it takes too long, and nobody waits for its thread', async () => {
    // Whatever is slow, the start or the run, is given up with the same words.
    const starting = startWatchedLanes(loop(12_000, true), backbone, 1, await anyOrt(), 0.05)
    const named = starting.then(runner =>
      runner.run(new Uint8Array(SIDE * SIDE * 3), 1).finally(() => runner.dispose()),
    )
    await expect(named).rejects.toThrow(
      'network.onnx takes too much: more than 0.1 seconds of the processor for 1 pictures',
    )
    await idle()
  })

  it('is refused by guess, guess-dir, evaluate and explain when it takes too much, and hears Ctrl-C', async () => {
    const { root, tfFiles } = await tinyModel()
    const { manifest } = await readModel(tfFiles)
    const [stored] = manifest.backbones
    const { size } = stored!.recipe
    const path = join(tfFiles, 'model/manifest.json')
    const text = await readFile(path, 'utf8')
    const forge = async (bytes: Uint8Array) => {
      await writeFile(join(tfFiles, 'model', stored!.file), bytes)
      await writeFile(path, text.replaceAll(stored!.sha256, createHash('sha256').update(bytes).digest('hex')))
    }
    const picture = join(tfFiles, 'data/red/1.png')
    await forge(expanded(100_000, size, true, true))
    for (const args of [
      ['guess', tfFiles, picture],
      ['guess-dir', tfFiles, join(tfFiles, 'data'), join(root, 'out')],
      ['evaluate', tfFiles, join(tfFiles, 'data')],
      ['explain', tfFiles, picture],
    ]) {
      const { code, out, err } = await run(args)
      expect([code, out + err]).toEqual([1, expect.stringMatching(/a picture becomes \d+ numbers/)])
    }
    await forge(loop(2 ** 40, true, size))
    const running = startItc(['guess', tfFiles, picture])
    await sleep(2000)
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, err: expect.stringContaining('Stopped') })
  })
})
