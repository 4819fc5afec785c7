import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'fs-extra'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { copyItem, moveItem } from '../../src/storage/transfer.ts'
import { decodeParquet } from '../../src/table/parquet.ts'
import { type BucketServer, bucketProgram, startBucket } from '../helpers/bucketServer.ts'
import { type Ended, startItc } from '../helpers/itc.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../helpers/tinyModel.ts'

/** More than three batches. */
const PICTURES = 800
const program = await bucketProgram()
const missing = 'missing' in program ? program.missing : undefined
if (missing && process.env.ITC_REQUIRE_BUCKETS) throw new Error(missing)

describe.skipIf(missing)(`buckets${missing ? ` (${missing})` : ''}`, async () => {
  const folder = await sharedFolder()
  let server: BucketServer
  let tfFiles: string
  let root: Store

  beforeAll(async () => {
    if ('missing' in program) return
    const model = await tinyModel(folder)
    tfFiles = model.tfFiles
    server = await startBucket(program.path, folder, 'traps')
    Object.assign(process.env, server.env)
    root = await openStore('s3://traps/')
    const pictures = join(folder, 'pictures')
    await manyPictures(tfFiles, pictures, PICTURES)
    const from = await openStore(pictures)
    const store = root.inside('2025')
    for await (const item of from.list()) await store.putNew(item.key, await from.read(item, { most: 1e6 }))
  })
  afterAll(() => server?.stop())

  const itc = (...args: string[]) => startItc(args, { env: server.env })
  const guessAll = (results: string, ...flags: string[]) =>
    itc('guess-all', tfFiles, 's3://traps/2025/', `s3://traps/${results}/`, '--json', ...flags)
  const json = ({ code, out, err }: Ended) => {
    expect(err).not.toMatch(/warning|error/i)
    expect(code).toBe(0)
    return JSON.parse(out)
  }

  async function keysIn(store: Store): Promise<string[]> {
    const keys: string[] = []
    for await (const { key } of store.list()) keys.push(key)
    return keys
  }

  /** What has to be so however often a run was killed: rows = distinct keys = pictures. */
  async function expectWhole(results: string): Promise<void> {
    const to = join(folder, `${results}.parquet`)
    expect(json(await itc('results', `s3://traps/${results}/`, '--to', to, '--json').ended).pictures).toBe(PICTURES)
    const { rows } = await decodeParquet(await fs.readFile(to))
    expect(rows.map(([key]) => key)).toEqual(await keysIn(root.inside('2025')))
    const parts = (await keysIn(root.inside(`${results}/parts`))).length
    let inParts = 0
    for await (const item of root.inside(`${results}/parts`).list()) {
      inParts += (await decodeParquet(await root.inside(`${results}/parts`).read(item, { most: 1e8 }))).rows.length
    }
    expect(inParts).toBe(PICTURES) // no batch is there twice
    expect(parts).toBeGreaterThan(3)
  }

  it('the server creates a key once: what the rest relies on', async () => {
    const won = await Promise.all(Array.from({ length: 10 }, (_, at) => root.putNew('probe', Buffer.from([at]))))
    expect(won.filter(Boolean)).toHaveLength(1)
    const bytes = await root.read({ key: 'probe', size: undefined, etag: '' }, { most: 10 })
    expect(bytes[0]).toBe(won.indexOf(true))
    await root.remove('probe')
  })

  it('two shards at once name all of it, and a third run finds nothing left', async () => {
    const shards = [guessAll('shards', '--shard', '0/2'), guessAll('shards', '--shard', '1/2')]
    const ended = (await Promise.all(shards.map(run => run.ended))).map(json)
    expect(ended[0].named + ended[1].named).toBe(PICTURES)
    await expectWhole('shards')
    expect(json(await guessAll('shards').ended)).toMatchObject({ named: 0, before: PICTURES })
  })

  it('kill -9 loses nothing, and nothing is there twice', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const run = guessAll('killed')
      await sleep(800 + 400 * turn)
      run.child.kill('SIGKILL')
      await run.ended
    }
    expect((await guessAll('killed').ended).code).toBe(0)
    await expectWhole('killed')
  })

  it('a store that goes down ends the run with a sentence, and a later run goes on', async () => {
    const run = guessAll('down')
    await sleep(1200)
    await server.stop()
    const { code, err } = await run.ended
    expect(code).toBe(1)
    expect(err).toMatch(/error: "s3:\/\/traps\/.*" does not answer \(\w+\)\.\nRun the same command again/)
    await server.start()
    json(await guessAll('down').ended)
    await expectWhole('down')
  })

  it('moves pictures between folders of a bucket, and undo brings them back', async () => {
    const pictures = await keysIn(root.inside('2025'))
    const move = itc('results', 's3://traps/shards/', '--move-to', 's3://traps/sorted/', '--json')
    await sleep(1500)
    move.child.kill('SIGKILL')
    await move.ended
    const moved = json(await itc('results', 's3://traps/shards/', '--move-to', 's3://traps/sorted/', '--json').ended)
    expect(moved.placed + moved.before).toBe(PICTURES)
    expect(await keysIn(root.inside('2025'))).toEqual([])
    const sorted = await keysIn(root.inside('sorted'))
    expect(sorted.map(key => key.split('/').slice(1).join('/')).sort()).toEqual(pictures)
    json(await itc('results', 's3://traps/shards/', '--undo', '--json').ended)
    expect(await keysIn(root.inside('2025'))).toEqual(pictures)
    expect(await keysIn(root.inside('sorted'))).toEqual([])
  })

  it('an object that would be moved to where it is stays there', async () => {
    await root.putNew('own/red/a.png', Buffer.from('the only one'))
    const [from, to] = [root.inside('own/red'), root.inside('own')]
    const item = (await from.look('a.png'))!
    expect([await moveItem(from, item, to, 'red/a.png'), await copyItem(from, item, to, 'red/a.png')]).toEqual([
      'before',
      'before',
    ])
    expect(await keysIn(root.inside('own'))).toEqual(['red/a.png'])
    await root.remove('own/red/a.png')
  })

  it('a bucket that is not there is told of, and nothing is written', async () => {
    const { code, err } = await itc('guess-all', tfFiles, 's3://elsewhere/', 's3://traps/none/').ended
    expect(code).toBe(1)
    expect(err).toContain('There is no bucket "elsewhere".')
    expect(await keysIn(root.inside('none'))).toEqual([])
  })
})
