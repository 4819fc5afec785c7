import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { BackboneRunner } from '../../src/engine/engine.ts'
import { type PipelineNetwork, runPipeline } from '../../src/features/pipeline.ts'

interface OneNetwork extends PipelineNetwork {
  readonly prepare: (index: number) => Promise<Uint8Array | undefined>
  readonly signal?: AbortSignal
}

function runOne(count: number, { prepare, signal, ...network }: OneNetwork): Promise<void> {
  return runPipeline(count, { prepare: async index => [await prepare(index)], networks: [network], signal })
}

/** An engine whose bottleneck is the picture's first pixel; it notes how many runs were under way. */
function echo(atOnce: number, batch: number, slow: (first: number) => number = () => 1) {
  const seen = { most: 0, runs: 0 }
  let now = 0
  const runner: BackboneRunner = {
    atOnce,
    batch,
    async run(pixels) {
      seen.runs++
      seen.most = Math.max(seen.most, ++now)
      await sleep(slow(pixels[0]!))
      now--
      return Float32Array.from(pixels)
    },
    dispose: async () => {},
  }
  return { runner, seen }
}

describe.each([
  [1, 16],
  [4, 4],
])('decoding and an engine that takes %i runs at once', (atOnce, batch) => {
  it('every picture gets its own bottleneck, and those left out get none', async () => {
    const { runner, seen } = echo(atOnce, batch, first => first % 7)
    const got = new Map<number, number>()
    await runOne(200, {
      prepare: async index => {
        await sleep(index % 5)
        return index % 10 === 3 ? undefined : Uint8Array.of(index)
      },
      runner: async () => runner,
      onBatch: (indices, bottlenecks) => {
        for (const [at, index] of indices.entries()) got.set(index, bottlenecks[at]!)
      },
    })
    expect(got.size).toBe(180)
    for (const [index, bottleneck] of got) expect(bottleneck).toBe(index)
    expect(seen.most).toBeLessThanOrEqual(atOnce)
    if (atOnce > 1) expect(seen.most).toBeGreaterThan(1)
  })

  it('takes no new memory for every batch, and hands over what is due of it', async () => {
    const { runner, seen } = echo(atOnce, batch)
    const memories = new Set<ArrayBufferLike>()
    const run: BackboneRunner['run'] = (pixels, count) => {
      expect(pixels).toHaveLength(count)
      memories.add(pixels.buffer)
      return runner.run(pixels, count)
    }
    const prepare = async (index: number) => Uint8Array.of(index)
    await runOne(1001, { prepare, runner: async () => ({ ...runner, run }), onBatch: () => undefined })
    // However batches grow and shrink, there is a memory a run at most, and each new one in its place holds more pictures.
    expect(memories.size).toBeLessThanOrEqual(atOnce * batch)
    expect(seen.runs).toBeGreaterThan(3 * memories.size)
  })

  it('hands one batch over after another', async () => {
    let busy = false
    await runOne(60, {
      prepare: async index => Uint8Array.of(index),
      runner: async () => echo(atOnce, batch).runner,
      onBatch: async () => {
        expect(busy).toBe(false)
        busy = true
        await sleep(2)
        busy = false
      },
    })
  })

  it.each(['prepare', 'engine', 'onBatch', 'loading', 'signal'])(
    'ends when %s fails, after all under way',
    async who => {
      const stop = new AbortController()
      let preparing = 0
      let started = 0
      const fails = (name: string, index: number) => {
        if (who === 'signal' && index === 40) stop.abort(new Error('signal failed'))
        if (who === name && index === 40) throw new Error(`${name} failed`)
      }
      const { runner } = echo(atOnce, batch)
      const run = runOne(1000, {
        prepare: async index => {
          started++
          preparing++
          await sleep(1)
          preparing--
          fails('prepare', index)
          return Uint8Array.of(index)
        },
        runner: async () => {
          if (who === 'loading') throw new Error('loading failed')
          const run: BackboneRunner['run'] = async (pixels, count) => {
            for (const index of pixels) fails('engine', index)
            return runner.run(pixels, count)
          }
          return { ...runner, run }
        },
        onBatch: indices => {
          for (const index of indices) fails('onBatch', index)
        },
        signal: stop.signal,
      })
      await expect(run).rejects.toThrow(`${who} failed`)
      expect(preparing).toBe(0)
      expect(started).toBeLessThan(500)
    },
  )
})

it.each([1, 2])(
  'gives inputs back once they are handed over, unless others may have them: %i networks',
  async count => {
    const released: Uint8Array[] = []
    const handedOver = Array.from({ length: count }, () => new Map<number, number>())
    await runPipeline(100, {
      prepare: async index => Array(count).fill(Uint8Array.of(index)),
      networks: handedOver.map(got => ({
        runner: async () => echo(2, 4).runner,
        onBatch: (indices, bottlenecks) => {
          for (const [at, index] of indices.entries()) got.set(index, bottlenecks[at]!)
        },
      })),
      release: pixels => {
        released.push(pixels)
        pixels.fill(255)
      },
    })
    expect(new Set(released).size).toBe(count === 1 ? 100 : 0)
    expect(released).toHaveLength(count === 1 ? 100 : 0)
    for (const got of handedOver) expect([...got].filter(([index, bottleneck]) => index !== bottleneck)).toEqual([])
  },
)

it('loads no engine when nothing is to be run', async () => {
  await runOne(5, {
    prepare: async () => undefined,
    runner: () => Promise.reject(new Error('needless')),
    onBatch: () => {},
  })
})
