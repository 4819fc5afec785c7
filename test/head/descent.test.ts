import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runSteps } from '../../src/head/descent.ts'
import { drawing } from '../../src/head/draws.ts'
import { drawRows, seededRandom } from '../../src/head/sampler.ts'

const POOLS = [Int32Array.of(0, 1), Int32Array.of(2, 3)]

describe.each([{ apart: false }, { apart: true }])('steps, apart: $apart', hooks => {
  it('are the same rows in any calls, with a look at each stop before the steps behind it', async () => {
    const { asked, stops } = await record(hooks)
    expect(asked.flatMap(({ rows }) => [...rows])).toEqual(drawnAtOnce())
    expect(stops).toEqual([200, 1000])
  })

  it(hooks.apart ? 'are asked for before those under way are done' : 'are asked for one call at a time', async () => {
    const held: (() => void)[] = []
    let most = 0
    const steps = async () => {
      most = Math.max(most, held.length)
      if (most < 3) {
        // The first calls end when three of them wait, or where no other would come, at once.
        const done = new Promise<void>(resolve => held.push(resolve))
        if (!hooks.apart) setImmediate(() => held.shift()?.())
        await done
      } else for (const done of held.splice(0)) done()
    }
    await runSteps({ steps }, drawing(POOLS, 1), { batch: 2, products: 1e9, stops: [1000], isAveraged: false }, hooks)
    expect(most).toBe(hooks.apart ? 3 : 0)
  })

  it('begin with as many as are soon done, where it is known what they cost', async () => {
    const firstOf = async (products: number) => (await record(hooks, products)).asked[0]!.rows.length / 2
    expect(await firstOf(1e6)).toBe(hooks.apart ? 100 : 8)
    expect(await firstOf(1e9)).toBe(8)
  })

  it('count in the last quarter, some of them, and at the end, whatever their calls', async () => {
    const { asked } = await record(hooks, 1e9, true)
    expect(asked.flatMap(({ rows }) => [...rows])).toEqual(drawnAtOnce())
    const counted = asked.flatMap(({ until, isCounted }) => (isCounted ? [until] : []))
    expect(counted).toEqual([790, 830, 870, 910, 950, 990, 1000])
  })

  it('that fail are told of, and no more are asked for', async () => {
    const calls: number[] = []
    const steps = async (rows: Int32Array) => {
      calls.push(rows.length)
      await setTimeout(1)
      if (calls.length > 1) throw new Error('broken')
    }
    const course = { batch: 2, stops: [10_000], isAveraged: false }
    await expect(runSteps({ steps }, drawing(POOLS, 1), course, hooks)).rejects.toThrow('broken')
    expect(calls.length).toBeLessThan(7)
  })
})

/** What a trainer is asked. */
async function record(hooks: { apart: boolean }, products = 1e9, isAveraged = false) {
  const asked: { rows: Int32Array; until: number; isCounted: boolean | undefined }[] = []
  const stops: number[] = []
  const steps = async (rows: Int32Array, isCounted?: boolean) => {
    const before = asked.at(-1)?.until ?? 0
    asked.push({ rows, until: before + rows.length / 2, isCounted })
    await setTimeout(1)
  }
  const onStop = async (done: number) => {
    stops.push(done)
    expect(asked.at(-1)!.until).toBe(done)
  }
  const course = { batch: 2, products, stops: [200, 1000], isAveraged, onStop }
  await runSteps({ steps }, drawing(POOLS, 1), course, hooks)
  return { asked, stops }
}

function drawnAtOnce(): number[] {
  return [...drawRows(POOLS, 2000, seededRandom(1))]
}

it('a thread has as many steps waiting where stops make them short calls', async () => {
  const waiting: (() => void)[] = []
  const steps = () =>
    new Promise<void>(resolve => {
      waiting.push(resolve)
      if (waiting.length >= 50) for (const done of waiting) done() // never, where only some calls wait
    })
  const stops = Array.from({ length: 100 }, (_, at) => 40 * (at + 1))
  const course = { batch: 2, products: 1, stops, isAveraged: false }
  await runSteps({ steps }, drawing(POOLS, 1), course, { apart: true })
  expect(waiting.length).toBe(100)
})
