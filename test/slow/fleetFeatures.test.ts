import { join } from 'node:path'
import fs from 'fs-extra'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/storage/open.ts'
import { Fleet, keep, POISON, until } from '../helpers/fleet.ts'
import { problemsBySchema } from '../helpers/jsonSchema.ts'
import { type QueueServer, queuePrograms, startRedis } from '../helpers/queueServers.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyTraining } from '../helpers/tinyFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

/** As in fleet.test.ts. */
const MORE = Number(process.env.ITC_FLEET ?? 1)
const PICTURES = 900 * MORE
const KILLS = 3 * MORE
/** A worker that is silent for so many seconds is taken for dead. */
const SILENCE = 3

const programs = await queuePrograms()
const missing = 'missing' in programs ? programs.missing : undefined
if (missing && process.env.ITC_REQUIRE_FLEET) throw new Error(missing)

describe.skipIf(missing)(
  `features of a fleet${missing ? ` (${missing})` : ''}`,
  { timeout: 240_000 * MORE },
  async () => {
    const folder = await sharedFolder()
    const fleet = new Fleet()
    let redis: QueueServer
    let tfFiles: string
    let features: string
    let turn = 0

    beforeAll(async () => {
      if ('missing' in programs) return
      tfFiles = (await tinyModel(folder)).tfFiles
      redis = await startRedis(programs.redis, join(folder, 'redis'))
    })
    afterAll(() => redis?.stop())
    beforeEach(() => {
      features = join(folder, `features${turn++}`)
    })
    afterEach(() => fleet.end())

    const planner = (source: string) =>
      fleet.start(['features', tfFiles, source, features, '--queue', redis.address, '--json'])
    const worker = (source: string, flags: string[] = [], env: Record<string, string> = {}) => {
      const places = ['--queue', redis.address, '--source', source, '--features', features, '--silence', `${SILENCE}`]
      return fleet.start(['worker', tfFiles, ...places, '--json', ...flags], env)
    }
    const learn = () => {
      const flags = [...tinyTraining(join(folder, 'tiny.pb')), '--features', features, '--json']
      return fleet.start(['train', join(folder, `learnt${turn}`), ...flags]).ended
    }

    /** A folder a category, no two pictures of the same bytes. */
    async function labelled(name: string, count: number): Promise<string> {
      const source = join(folder, name)
      for (const category of ['red', 'green']) {
        const bytes = await fs.readFile(join(tfFiles, 'data', category, '1.png'))
        for (let at = 0; at < count / 2; at++) {
          await fs.outputFile(join(source, category, `${at}.png`), Buffer.concat([bytes, Buffer.from(`${at}`)]))
        }
      }
      return source
    }

    /** Indexes and vectors: name and bytes. What a kill has left of a write that never got its name is neither. */
    async function filesIn(place: string): Promise<Map<string, string>> {
      const files = new Map<string, string>()
      for (const name of ['index', 'parts']) {
        const store = (await openStore(place)).inside(name)
        for await (const item of store.list()) {
          if (item.key.startsWith('.')) continue
          files.set(`${name}/${item.key}`, Buffer.from(await store.read(item, { most: 1e8 })).toString('base64'))
        }
      }
      return files
    }

    it('are, with workers killed again and again, those of one machine, to the byte', async () => {
      const source = await labelled('labelled', PICTURES)
      const planning = planner(source)
      const { ended, alive } = keep(2, () => worker(source, ['--until-empty']))
      const parts = async () => (await fs.readdir(join(features, 'index')).catch(() => [])).length
      for (let kills = 0; kills < KILLS; kills++) {
        const before = await parts()
        await Promise.race([until(async () => (await parts()) > before), planning.ended])
        const [victim] = alive
        victim?.child.kill('SIGKILL')
      }
      const { code, out, err } = await planning.ended
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      expect(JSON.parse(out)).toMatchObject({ computed: PICTURES, failed: 0, before: 0 })
      for (const end of await ended) expect(problemsBySchema('worker', JSON.parse(end.out))).toEqual([])
      const local = join(folder, 'local')
      expect((await fleet.start(['features', tfFiles, source, local]).ended).code).toBe(0)
      expect(await filesIn(features)).toEqual(await filesIn(local))
      expect(JSON.parse((await planner(source).ended).out)).toMatchObject({ computed: 0, before: PICTURES })
      expect(await learn()).toMatchObject({ code: 0 })
    })

    it('have one row of a picture that ends its process, which says so; the rest are computed', async () => {
      const source = await labelled('deadly', 300)
      await fs.appendFile(join(source, 'red/100.png'), 'POISON')
      const planning = planner(source)
      const { ended } = keep(1, () => worker(source, ['--until-empty'], POISON))
      expect(JSON.parse((await planning.ended).out)).toMatchObject({ computed: 299, failed: 1 })
      await ended
      const { code, out } = await learn()
      expect(code).toBe(0)
      expect(out).toContain('ends the process that opens it')
    })

    it('are written by SIGTERM for the batches at hand, and by the next worker for the others', async () => {
      const source = await labelled('stopped', PICTURES)
      const planning = planner(source)
      const stopped = worker(source)
      await until(async () => (await filesIn(features)).size > 0)
      stopped.child.kill('SIGTERM')
      const { code, out } = await stopped.ended
      expect(code).toBe(143)
      const { computed } = JSON.parse(out)
      const next = await worker(source, ['--until-empty']).ended
      expect(JSON.parse((await planning.ended).out)).toMatchObject({ computed: PICTURES })
      expect(computed + JSON.parse(next.out).computed).toBe(PICTURES)
    })

    it('are not computed by a worker that names, nor by one with another network, and nothing is written', async () => {
      const source = await labelled('mixed', 20)
      const planning = planner(source)
      const places = ['--queue', redis.address, '--source', source, '--silence', `${SILENCE}`]
      const naming = fleet.start(['worker', tfFiles, ...places, '--results', features])
      expect(await naming.ended).toMatchObject({
        code: 1,
        err: expect.stringMatching(/of another model.*\n.*--features/),
      })
      const other = worker(source, ['--backbone', 'mobilenet_v1'])
      expect(await other.ended).toMatchObject({ code: 1, err: expect.stringContaining('of another model') })
      const beside = join(folder, 'beside')
      const second = fleet.start(['guess-all', tfFiles, source, beside, '--queue', redis.address])
      expect(await second.ended).toMatchObject({
        code: 1,
        err: expect.stringMatching(
          /^error: The queue .* has jobs of another model.*\n.*another database of the server/,
        ),
      })
      expect(await fs.pathExists(beside)).toBe(false)
      planning.child.kill('SIGKILL')
      await planning.ended
      expect(await filesIn(features)).toEqual(new Map())
    })
  },
)
