import { describe, expect, it, vi } from 'vitest'
import { findBackbones } from '../../../src/backbone/find.ts'
import type { BackboneRunner, Engine } from '../../../src/engine/engine.ts'
import { createOnnxEngine } from '../../../src/engine/onnx.ts'
import { layersOf } from '../../../src/features/identity.ts'
import { PartCache } from '../../../src/features/partCache.ts'
import { NetworksAhead } from '../../../src/jobs/train/ahead.ts'
import { resolveTrainOptions, type TrainOptions } from '../../../src/jobs/train/options.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'

const onnx = await createOnnxEngine()

/** An engine that counts what it loads, and what of that has ended. */
function counting() {
  const dispose = vi.fn(async () => undefined)
  const loadBackbone = vi.fn(async () => ({ atOnce: 1, batch: 1, run: vi.fn(), dispose }) as BackboneRunner)
  return { engine: { ...onnx, loadBackbone } as Engine, loadBackbone, dispose }
}

async function aheadOf(engine: Engine, given: TrainOptions = {}, folder?: string) {
  const layout = layoutOf(folder ?? (await tempFolder()))
  return new NetworksAhead(resolveTrainOptions(given), layout, async () => engine)
}

/** A cache that has vectors of a network, whoever's they are. */
async function cacheWith(folder: string, identities: readonly string[]): Promise<void> {
  const cache = await PartCache.open(layoutOf(folder).bottlenecks)
  const entry = { hash: '00'.repeat(32), bottleneck: new Float32Array(4) }
  for (const identity of identities) await cache.writeBottlenecks(identity, [entry])
  await cache.close()
}

async function identitiesOf(spec: string): Promise<string[]> {
  const backbones = await findBackbones(spec, { layers: 'many' })
  return backbones.flatMap(layersOf).map(({ identity }) => identity)
}

describe('networks of which the cache has nothing', () => {
  it('are loaded before they are asked for, for as many pictures, and given to who asks first', async () => {
    const { engine, loadBackbone } = counting()
    const ahead = await aheadOf(engine, { preset: 'good' })
    ahead.start(300)
    const [first, second] = (await ahead.backbones)!
    const given = await ahead.engine()
    const runner = await given.loadBackbone(first!, 300)
    expect(loadBackbone.mock.calls).toEqual([
      [first, 300],
      [second, 300],
    ])
    expect(await given.loadBackbone(first!, 20)).not.toBe(runner)
    expect(loadBackbone).toHaveBeenLastCalledWith(first, 20)
  })

  it('end when nobody has asked for them, be they loaded by then or not', async () => {
    const { engine, loadBackbone, dispose } = counting()
    const ahead = await aheadOf(engine, { preset: 'good' })
    ahead.start(300)
    const [first] = (await ahead.backbones)!
    await (await ahead.engine()).loadBackbone(first!, 300)
    await ahead.end()
    expect([loadBackbone, dispose].map(({ mock }) => mock.calls.length)).toEqual([2, 1])

    const early = counting()
    const other = await aheadOf(early.engine)
    other.start(300)
    await other.end()
    expect(early.dispose).toHaveBeenCalledTimes(early.loadBackbone.mock.calls.length)
  })

  it('are not loaded when the folders were refused, or when a signal came', async () => {
    const { engine, loadBackbone } = counting()
    const refused = await aheadOf(engine)
    await refused.end()
    const aborted = await aheadOf(engine, { signal: AbortSignal.abort() })
    aborted.start(300)
    await aborted.backbones
    await aborted.end()
    expect(loadBackbone).not.toHaveBeenCalled()
  })

  it('tell who asks for them that they do not load, and end all the same', async () => {
    const { engine, loadBackbone } = counting()
    loadBackbone.mockRejectedValue(new Error('no room'))
    const ahead = await aheadOf(engine, { preset: 'good' })
    ahead.start(300)
    const [first] = (await ahead.backbones)!
    await expect((await ahead.engine()).loadBackbone(first!, 300)).rejects.toThrow('no room')
    await ahead.end()
  })
})

it('nothing is loaded ahead of a network that the cache knows, only of one that it lacks, wholly or an inner part of it', async () => {
  const folder = await tempFolder()
  await cacheWith(folder, await identitiesOf('mobilenet_v1'))
  const { engine, loadBackbone } = counting()
  const known = await aheadOf(engine, {}, folder)
  known.start(300)
  await known.backbones
  await known.end()
  expect(loadBackbone).not.toHaveBeenCalled()

  const both = await aheadOf(engine, { preset: 'good' }, folder)
  both.start(300)
  const [, lacked] = (await both.backbones)!
  await both.end()
  expect(loadBackbone.mock.calls).toEqual([[lacked, 300]])

  const last = await tempFolder()
  await cacheWith(last, (await identitiesOf('mobilenet_v1')).slice(0, 1))
  const inner = await aheadOf(engine, {}, last)
  inner.start(300)
  await inner.backbones
  await inner.end()
  expect(loadBackbone).toHaveBeenCalledTimes(2)
})

it('a network that has to be downloaded, read or chosen first is not looked for ahead', async () => {
  const { engine } = counting()
  const backbones = ['mobilenet_v2', 'auto', './graph.pb', 'mobilenet_v1+./graph.pb', 'nonsense']
  for (const backbone of backbones) expect((await aheadOf(engine, { backbone })).backbones).toBe(undefined)
  expect((await aheadOf(engine, { bottleneck: 'other' })).backbones).toBe(undefined)
})

it('an option that no network can have is told where the backbones are wanted, and an engine that does not load where that is', async () => {
  const ahead = await aheadOf(onnx, { inputSize: 7 })
  await expect(ahead.backbones).rejects.toThrow('--input-size')
  ahead.start(300)
  await ahead.end()

  const layout = layoutOf(await tempFolder())
  const without = new NetworksAhead(resolveTrainOptions({}), layout, async () =>
    Promise.reject(new Error('no library')),
  )
  without.start(300)
  await expect(without.engine()).rejects.toThrow('no library')
  await without.end()
})
