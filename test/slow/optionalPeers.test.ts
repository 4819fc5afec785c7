import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { startItc } from '../helpers/itc.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const HOOK = new URL('../helpers/absent.mjs', import.meta.url).href
const { peerDependencies } = JSON.parse(await fs.readFile(new URL('../../package.json', import.meta.url), 'utf8'))
const SDK = `@aws-sdk/client-s3@${peerDependencies['@aws-sdk/client-s3'].replace('~', '')}`
/** Nothing is there: what is missing is told before anything is asked of a server. */
const [REDIS, POSTGRES] = ['redis://127.0.0.1:9', 'postgres://itc@127.0.0.1:9/itc']

describe('packages that only some need', async () => {
  const folder = await sharedFolder()
  const results = join(folder, 'results')
  let tfFiles: string
  beforeAll(async () => {
    tfFiles = (await tinyModel(folder)).tfFiles
  })

  const without = (absent: readonly string[], args: readonly string[]) =>
    startItc(args, { env: { ITC_ABSENT: absent.join(), NODE_OPTIONS: `--import ${HOOK}` } }).ended
  const guessAll = (...args: string[]) => ['guess-all', tfFiles, join(tfFiles, 'data'), results, ...args]
  const worker = (queue: string) => {
    return ['worker', tfFiles, '--queue', queue, '--source', join(tfFiles, 'data'), '--results', results]
  }

  it.each([
    ['bullmq', () => guessAll('--queue', REDIS), 'npm install bullmq ioredis'],
    ['ioredis', () => guessAll('--queue', REDIS), 'npm install bullmq ioredis'],
    ['bullmq', () => worker(REDIS), 'npm install bullmq ioredis'],
    ['ioredis', () => worker(REDIS), 'npm install bullmq ioredis'],
    ['bullmq', () => guessAll('--queue', POSTGRES), 'npm install bullmq pg'],
    ['pg', () => guessAll('--queue', POSTGRES), 'npm install bullmq pg'],
    ['pg', () => worker(POSTGRES), 'npm install bullmq pg'],
    ['@aws-sdk/client-s3', () => ['guess-all', tfFiles, 's3://traps/', results], `npm install ${SDK}`],
    ['@aws-sdk/client-s3', () => ['results', 's3://traps/'], `npm install ${SDK}`],
    ['@aws-sdk/client-s3', () => ['features', tfFiles, 's3://traps/', results], `npm install ${SDK}`],
    ['@aws-sdk/client-s3', () => ['train', join(folder, 'new'), '--features', 's3://traps/'], `npm install ${SDK}`],
  ])('%s is asked for with the line that installs it (%#)', async (name, args, line) => {
    const { code, err } = await without([name], args())
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(line) })
    expect(err).toMatch(/^error: .* (needs? a package that is|needs packages that are) not installed with itc\.$/m)
    expect(await fs.pathExists(results)).toBe(false)
  })

  it('where a queue is in PostgreSQL, nothing of Redis is missed, and the other way round', async () => {
    expect((await without(['ioredis'], worker(POSTGRES))).err).toMatch(/does not answer/)
    expect((await without(['pg'], worker(REDIS))).err).toMatch(/does not answer/)
  })

  it('who stays on one machine misses none of them', async () => {
    const all = ['bullmq', 'ioredis', 'pg', '@aws-sdk/client-s3']
    expect(await without(all, guessAll())).toMatchObject({ code: 0 })
    expect(await without(all, ['results', results, '--to', join(folder, 'all.csv')])).toMatchObject({ code: 0 })
  })
})
