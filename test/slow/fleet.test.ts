import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import fs from 'fs-extra'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/storage/open.ts'
import type { Source } from '../../src/storage/store.ts'
import { decodeParquet } from '../../src/table/parquet.ts'
import { type BucketServer, bucketProgram, startBucket } from '../helpers/bucketServer.ts'
import { Fleet, keep, POISON, until } from '../helpers/fleet.ts'
import { type Running, startItc } from '../helpers/itc.ts'
import { problemsBySchema } from '../helpers/jsonSchema.ts'
import { type QueueServer, queuePrograms, startCable, startPostgres, startRedis } from '../helpers/queueServers.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../helpers/tinyModel.ts'

/** More of everything: `ITC_FLEET=4` has 4 times as many pictures and kills, for a longer look. */
const MORE = Number(process.env.ITC_FLEET ?? 1)
const PICTURES = 1500 * MORE
/** For each of two kinds. */
const KILLS = 3 * MORE
/** Jobs of which a planner is killed at a tenth, three and six: each writes a part, which takes its time. */
const JOBS = MORE > 1 ? 1000 : 200
/** A worker that is silent for so many seconds is taken for dead. */
const SILENCE = 3
const PART = /^[0-9a-f]{64}\.parquet$/

const programs = await queuePrograms()
const buckets = await bucketProgram()
const missing = 'missing' in programs ? programs.missing : 'missing' in buckets ? buckets.missing : undefined
if (missing && process.env.ITC_REQUIRE_FLEET) throw new Error(missing)

describe.skipIf(missing)(
  `a fleet${missing ? ` (${missing})` : ''}`,
  { timeout: 240_000 * MORE, retry: 1 },
  async () => {
    const folder = await sharedFolder()
    const pictures = join(folder, 'pictures')
    let redis: QueueServer
    let postgres: QueueServer
    let bucket: BucketServer
    let inspect: Redis
    let tfFiles: string
    let results: string
    let turn = 0

    beforeAll(async () => {
      if ('missing' in programs || 'missing' in buckets) return
      tfFiles = (await tinyModel(folder)).tfFiles
      await manyPictures(tfFiles, pictures, PICTURES)
      redis = await startRedis(programs.redis, join(folder, 'redis'))
      postgres = await startPostgres(programs.postgres, join(folder, 'postgres'))
      bucket = await startBucket(buckets.path, folder, 'traps')
      Object.assign(process.env, bucket.env)
      inspect = new Redis(redis.port, '127.0.0.1', { maxRetriesPerRequest: null })
      inspect.on('error', () => undefined)
      const [from, to] = [await openStore(pictures), await openStore('s3://traps/2025/')]
      for await (const item of from.list()) await to.putNew(item.key, await from.read(item, { most: 1e6 }))
    })
    afterAll(async () => {
      inspect?.disconnect()
      await Promise.all([redis, postgres, bucket].map(server => server?.stop()))
    })
    beforeEach(async () => {
      results = join(folder, `results${turn++}`)
      await Promise.all([redis.start(), bucket.start()]) // a test that failed may have left one stopped
      await inspect.flushall()
    })

    const fleet = new Fleet()
    const start = (args: readonly string[], env: Record<string, string> = {}) => fleet.start(args, env)
    afterEach(() => fleet.end())
    const planner = (source: string, to: string, ...flags: string[]) =>
      start(['guess-all', tfFiles, source, to, '--json', ...flags])
    const worker = (
      queue: string,
      source: string,
      to: string,
      flags: string[] = [],
      env: Record<string, string> = {},
    ) => {
      const places = ['--queue', queue, '--source', source, '--results', to]
      return start(['worker', tfFiles, ...places, '--silence', `${SILENCE}`, '--json', ...flags], env)
    }
    const waiting = () => inspect.llen('bull:itc:wait')
    const failed = () => inspect.zcard('bull:itc:failed')

    async function finished(running: Running): Promise<{ named: number; before: number; failed: number }> {
      const { code, out, err } = await running.ended
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      return JSON.parse(out)
    }

    async function partsIn(place: string): Promise<string[]> {
      const keys: string[] = []
      for await (const { key } of (await openStore(place)).inside('parts').list()) if (PART.test(key)) keys.push(key)
      return keys
    }

    /** What has to be so whatever happened: rows = distinct keys = pictures, no part twice. @returns rows that tell of an error */
    async function expectWhole(place: string, source: Source | string): Promise<Record<string, unknown>[]> {
      const store = (await openStore(place)).inside('parts')
      const rows: Record<string, unknown>[] = []
      for await (const item of store.list()) {
        if (!PART.test(item.key)) continue // what a kill has left of a write that never got its name
        const table = await decodeParquet(await store.read(item, { most: 1e8 }))
        rows.push(...table.rows.map(cells => Object.fromEntries(table.columns.map((name, at) => [name, cells[at]]))))
      }
      const wanted: string[] = []
      for await (const { key } of (typeof source === 'string' ? await openStore(source) : source).list())
        wanted.push(key)
      expect(rows.map(({ key }) => key as string).sort()).toEqual(wanted.sort())
      return rows.filter(({ error }) => typeof error === 'string')
    }

    it.each(['redis and a bucket', 'postgres and a folder'])('workers killed again and again: %s', async kind => {
      const queue = kind.startsWith('redis') ? redis.address : postgres.address
      const [source, to] = kind.endsWith('bucket')
        ? ['s3://traps/2025/', `s3://traps/killed${turn}/`]
        : [pictures, results]
      const planning = planner(source, to, '--queue', queue)
      const { ended, alive } = keep(2, () => worker(queue, source, to, ['--until-empty']))
      for (let kills = 0; kills < KILLS; kills++) {
        const before = (await partsIn(to)).length
        await Promise.race([until(async () => (await partsIn(to)).length > before), planning.ended])
        const [victim] = alive
        victim?.child.kill('SIGKILL')
      }
      expect((await finished(planning)).named).toBe(PICTURES)
      for (const end of await ended) expect(problemsBySchema('worker', JSON.parse(end.out))).toEqual([])
      expect(await expectWhole(to, source)).toEqual([])
    })

    it('a planner killed at a tenth, three and six of its jobs, then run whole; a window of waiting jobs', async () => {
      const large = join(folder, 'large')
      await fs.ensureDir(large)
      // Each a batch of its own, for its size; refused unread, for the same reason.
      for (let at = 0; at < JOBS; at++) await fs.truncate(await made(join(large, `${at}.jpg`)), 300e6)
      for (const jobs of [0.1, 0.3, 0.6].map(share => share * JOBS)) {
        const killed = planner(large, results, '--queue', redis.address, '--window', `${jobs}`)
        await until(async () => (await waiting()) === jobs)
        await sleep(1200) // once more round: no more come
        expect(await waiting()).toBe(jobs)
        killed.child.kill('SIGKILL')
        await killed.ended
      }
      const planning = planner(large, results, '--queue', redis.address, '--window', `${JOBS * 0.62}`)
      const working = worker(redis.address, large, results, ['--until-empty'])
      let most = 0
      let isOver = false
      const looking = until(async () => {
        most = Math.max(most, await waiting())
        return isOver
      })
      // What the worker did of the jobs that were waiting already, while this planner started, is there before it.
      const { named, before, failed: refused } = await finished(planning)
      expect({ named, pictures: before + refused }).toEqual({ named: 0, pictures: JOBS })
      isOver = true
      await Promise.all([looking, working.ended])
      expect(most).toBeLessThanOrEqual(JOBS * 0.62)
      expect(await partsIn(results)).toHaveLength(JOBS)
      expect(await expectWhole(results, large)).toHaveLength(JOBS)
    })

    it('PostgreSQL killed three times: planner and workers wait for it', async () => {
      const planning = planner(pictures, results, '--queue', postgres.address)
      const working = worker(postgres.address, pictures, results, ['--until-empty'])
      for (let kills = 0; kills < 3; kills++) {
        const before = (await partsIn(results)).length
        await until(async () => (await partsIn(results)).length > before)
        await postgres.stop()
        await sleep(1500) // longer than a planner takes between two looks
        await postgres.start()
      }
      const { code, out } = await planning.ended // what it says on the way is that it waits
      expect({ code, out: JSON.parse(out) }).toMatchObject({ code: 0, out: { named: PICTURES, failed: 0 } })
      expect((await working.ended).code).toBe(0)
      expect(await expectWhole(results, pictures)).toEqual([])
    })

    it('a database that Redis does not have is refused, and not replaced by another', async () => {
      for (const running of [
        planner(pictures, results, '--queue', `${redis.address}/99`),
        worker(`${redis.address}/99`, pictures, results),
      ]) {
        const { code, err } = await running.ended
        expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/no such database/) })
      }
      expect([await fs.pathExists(results), await inspect.keys('*')]).toEqual([false, []])
    })

    it('a worker that finds none of the pictures ends, and the rest of the fleet does all', async () => {
      const planning = planner(pictures, results, '--queue', redis.address)
      await until(async () => (await waiting()) > 0)
      const notMounted = join(folder, 'not-mounted')
      await fs.ensureDir(notMounted)
      const { code, err } = await worker(redis.address, notMounted, results).ended
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/None of the pictures.*\n.*--source/) })
      const working = worker(redis.address, pictures, results, ['--until-empty'])
      expect((await finished(planning)).named).toBe(PICTURES)
      expect((await working.ended).code).toBe(0)
      expect(await expectWhole(results, pictures)).toEqual([])
    })

    it('Redis killed three times; then all of it lost', async () => {
      const planning = planner(pictures, results, '--queue', redis.address)
      const working = worker(redis.address, pictures, results)
      for (let kills = 0; kills < 3; kills++) {
        const before = (await partsIn(results)).length
        await until(async () => (await partsIn(results)).length > before)
        await redis.stop()
        await sleep(1000)
        await redis.start()
      }
      await until(async () => (await partsIn(results)).length > 4)
      await inspect.flushall()
      expect((await finished(planning)).named).toBe(PICTURES)
      working.child.kill('SIGTERM')
      expect((await working.ended).code).toBe(143)
      const again = await finished(planner(pictures, results, '--queue', redis.address))
      expect(again).toMatchObject({ named: 0, before: PICTURES })
      expect(await expectWhole(results, pictures)).toEqual([])
    })

    /** Pictures from a server that holds its answers back when told to: whoever asks is in the middle of a batch. */
    async function heldPictures(count: number) {
      const bytes = await fs.readFile(join(tfFiles, 'data/red/1.png'))
      const held: ServerResponse[] = []
      const state = { holds: false }
      const server = createServer((_, answer) => {
        if (state.holds) held.push(answer)
        else answer.end(bytes)
      })
      await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const list = join(folder, `list${turn}.txt`)
      const keys = Array.from({ length: count }, (_, at) => `${origin}${at}.png`)
      await fs.outputFile(list, keys.join('\n'))
      const release = () => {
        for (const answer of held.splice(0)) answer.end(bytes)
      }
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      return { origin, list, held, state, release, close }
    }

    it.each(['cut off from Redis', 'stopped and woken'])(
      'a worker that was %s writes too late, and nothing',
      async kind => {
        const web = await heldPictures(500)
        const cable = await startCable(redis.port)
        try {
          web.state.holds = true
          const planning = planner(web.list, results, '--queue', redis.address)
          const late = worker(`redis://127.0.0.1:${cable.port}`, web.origin, results)
          await until(() => web.held.length > 0)
          if (kind.startsWith('cut')) cable.cut()
          else late.child.kill('SIGSTOP')
          web.state.holds = false
          const other = worker(redis.address, web.origin, results)
          await finished(planning)
          const parts = await partsIn(results)
          late.child.kill('SIGCONT')
          cable.mend()
          web.release()
          await late.prints(/done by another one too/)
          for (const { child } of [late, other]) child.kill('SIGTERM')
          expect((await other.ended).err).toMatch(/a worker has died over it/)
          await late.ended
          expect(await partsIn(results)).toEqual(parts)
          expect(await expectWhole(results, { list: () => listed(web.list) } as Source)).toEqual([])
        } finally {
          cable.close()
          web.close()
        }
      },
    )

    it('SIGTERM: the batches at hand are finished, and no more are begun', async () => {
      const web = await heldPictures(900)
      try {
        web.state.holds = true
        const planning = planner(web.list, results, '--queue', redis.address)
        const working = worker(redis.address, web.origin, results)
        await until(() => web.held.length > 0)
        working.child.kill('SIGTERM')
        await working.prints(/Finishing/)
        web.state.holds = false
        web.release()
        const { code, out } = await working.ended
        expect(code).toBe(143)
        const { batches } = JSON.parse(out)
        expect(batches).toBeGreaterThan(0)
        expect(batches).toBeLessThanOrEqual(2)
        expect(await partsIn(results)).toHaveLength(batches)
        const next = worker(redis.address, web.origin, results, ['--until-empty'])
        await finished(planning)
        expect((await next.ended).err).not.toMatch(/died/)
        expect(await expectWhole(results, { list: () => listed(web.list) } as Source)).toEqual([])
      } finally {
        web.close()
      }
    })

    it('a store that is down for a while: all wait, and no attempt is used up', async () => {
      const to = `s3://traps/down${turn}/`
      const planning = planner('s3://traps/2025/', to, '--queue', redis.address)
      const working = [1, 2].map(() => worker(redis.address, 's3://traps/2025/', to))
      await until(async () => (await partsIn(to)).length > 1)
      await bucket.stop()
      await Promise.race(working.map(({ prints }) => prints(/Waiting: .*does not answer/)))
      await sleep(MORE * 5000)
      await bucket.start()
      expect((await finished(planning)).named).toBe(PICTURES)
      expect(await failed()).toBe(0)
      for (const { child } of working) child.kill('SIGTERM')
      for (const { err } of await Promise.all(working.map(({ ended }) => ended)))
        expect(err).not.toMatch(/batch failed/)
      expect(await expectWhole(to, 's3://traps/2025/')).toEqual([])
    })

    it('a picture that ends its process is one row that says so, the rest are named', async () => {
      const source = join(folder, 'poisoned')
      await manyPictures(tfFiles, source, 300)
      await fs.appendFile(join(source, 'cam1/00100.png'), 'POISON')
      const planning = planner(source, results, '--queue', redis.address)
      const { ended } = keep(1, () => worker(redis.address, source, results, ['--until-empty'], POISON))
      expect(await finished(planning)).toMatchObject({ named: 299, failed: 1 })
      await ended
      expect(await expectWhole(results, source)).toMatchObject([
        { key: 'cam1/00100.png', label: undefined, error: 'ends the process that opens it' },
      ])
    })

    it('jobs of another model, or that lead elsewhere, are refused, and nothing is written', async () => {
      const other = await tinyModel(join(folder, 'other'))
      const few = join(folder, 'few')
      await manyPictures(tfFiles, few, 5)
      const planning = startItc([
        'guess-all',
        other.tfFiles,
        few,
        results,
        '--max-pixels',
        '1e6',
        '--queue',
        redis.address,
      ])
      const { code, err } = await worker(redis.address, few, results).ended
      expect({ code, err }).toMatchObject({
        code: 1,
        err: expect.stringMatching(/of another model, or of other limits/),
      })
      planning.child.kill('SIGKILL')
      await planning.ended
      await inspect.flushall()
      const queue = new Queue('itc', { connection: { url: redis.address } })
      const forged = {
        format: 1,
        batch: '0'.repeat(64),
        model: '0'.repeat(64),
        source: '/etc',
        results: '/',
        items: [],
      }
      const job = await queue.add('batch', forged)
      const running = worker(redis.address, few, results)
      await running.prints(/none of ours/)
      await until(() => job.isFailed()) // it is told of before the queue is
      running.child.kill('SIGTERM')
      await running.ended
      await queue.close()
      expect(await partsIn(results)).toEqual([])
    })
  },
)

async function made(path: string): Promise<string> {
  await fs.writeFile(path, '')
  return path
}

async function* listed(path: string) {
  const lines = (await fs.readFile(path, 'utf8')).split('\n')
  yield* lines.map(key => ({ key, size: undefined, etag: '', modified: 0 }))
}
