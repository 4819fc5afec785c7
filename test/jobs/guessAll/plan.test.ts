import { expect, it } from 'vitest'
import { type Batch, batchId, isInShard, parseShard, planBatches } from '../../../src/jobs/guessAll/plan.ts'
import type { Item } from '../../../src/storage/store.ts'

function items(count: number, size = 1000): Item[] {
  return Array.from({ length: count }, (_, at) => ({
    key: `cam/${String(at).padStart(6, '0')}.jpg`,
    size,
    etag: `"${at}"`,
    modified: 0,
  }))
}

async function plan(given: readonly Item[], identity = 'model'): Promise<Batch[]> {
  const batches: Batch[] = []
  const listed = (async function* () {
    yield* given
  })()
  for await (const batch of planBatches(listed, identity)) batches.push(batch)
  return batches
}

it('puts every picture into one batch, in order, of at most 256 pictures and 256 MB', async () => {
  const given = items(5000)
  const batches = await plan(given)
  expect(batches.flatMap(batch => batch.items)).toEqual(given)
  expect(Math.max(...batches.map(batch => batch.items.length))).toBeLessThanOrEqual(256)
  expect(batches.length).toBeLessThan(5000 / 128)
  for (const batch of await plan(items(100, 100e6))) expect(batch.items.length).toBeLessThanOrEqual(2)
  for (const batch of await plan(items(3, 900e6))) expect(batch.items.length).toBe(1)
})

it('names a batch by the model and by what is in it, the same every time', async () => {
  const given = items(300)
  const ids = async (list: readonly Item[], identity?: string) => (await plan(list, identity)).map(({ id }) => id)
  expect(await ids(given)).toEqual(await ids(given))
  expect(new Set([...(await ids(given)), ...(await ids(given, 'other'))]).size).toBe(2 * (await ids(given)).length)
  const changed = given.map((item, at) => (at === 0 ? { ...item, etag: 'new' } : item))
  expect((await ids(changed))[0]).not.toBe((await ids(given))[0])
  expect((await ids(changed)).slice(1)).toEqual((await ids(given)).slice(1))
  for (const batch of await plan(given)) expect(batchId(batch.items, 'model')).toBe(batch.id)
})

it.each([
  ['small', 20_000, 1000],
  ['large', 5000, 4_500_000],
])('leaves nearly all batches as they are when a %s picture comes or goes', async (_, count, size) => {
  const given = items(count, size)
  const before = new Set((await plan(given)).map(({ id }) => id))
  const more = [...given.slice(0, 3000), { ...given[0]!, key: 'cam/002999b.jpg' }, ...given.slice(3000)]
  for (const other of [more, given.slice(1), given.toSpliced(4000, 1)]) {
    const anew = (await plan(other)).filter(({ id }) => !before.has(id))
    expect(anew.length).toBeGreaterThan(0)
    expect(anew.length).toBeLessThan(12)
    expect(before.size).toBeGreaterThan(80)
  }
})

it('shares the batches among shards: each is in one', async () => {
  const batches = await plan(items(5000))
  const shards = Array.from({ length: 4 }, (_, index) => batches.filter(batch => isInShard(batch, { index, count: 4 })))
  expect(shards.flat().length).toBe(batches.length)
  expect(new Set(shards.flat()).size).toBe(batches.length)
  for (const shard of shards) expect(shard.length).toBeGreaterThan(0)
})

it('leaves no batch to nobody that all shards have listed, however differently they list', async () => {
  const given = items(5000)
  // Each finds other pictures gone.
  const plans = await Promise.all(
    Array.from({ length: 4 }, (_, index) => plan(given.toSpliced(index * 1000, index * 7))),
  )
  const inAll = plans[0]!.filter(({ id }) => plans.every(batches => batches.some(each => each.id === id)))
  const done = plans.flatMap((batches, index) => batches.filter(batch => isInShard(batch, { index, count: 4 })))
  expect(inAll.length).toBeGreaterThan(10)
  expect(new Set(done.map(({ id }) => id))).toEqual(new Set([...done, ...inAll].map(({ id }) => id)))
})

it('reads a shard as a scheduler writes it', () => {
  expect(parseShard('0/100')).toEqual({ index: 0, count: 100 })
  expect(parseShard('99/100')).toEqual({ index: 99, count: 100 })
  for (const text of ['100/100', '1', '-1/3', '1/0', 'a/b', '']) expect(() => parseShard(text)).toThrow('shard')
})
