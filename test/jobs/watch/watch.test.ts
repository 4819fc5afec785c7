import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../../src/jobs/train/train.ts'
import { Arrivals } from '../../../src/jobs/watch/settled.ts'
import { type WatchEvent, watch } from '../../../src/jobs/watch/watch.ts'
import { SAMPLE_TEST } from '../../helpers/pictures.ts'
import { tinyPicture } from '../../helpers/studioFixture.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const root = await sharedFolder()
const OLD = new Date(Date.now() - 60_000)

async function arrive(path: string, bytes: Uint8Array | string, at: Date = OLD): Promise<void> {
  await fs.outputFile(path, bytes)
  await fs.utimes(path, at, at)
}

describe('what arrives', () => {
  const nobody = () => false

  it('is whole when it has been still for two seconds and decodes', async () => {
    const inbox = await tempFolder()
    const start = Date.now()
    await arrive(join(inbox, 'old.png'), await tinyPicture(1))
    await arrive(join(inbox, 'new.png'), await tinyPicture(2), new Date(start))
    const arrivals = new Arrivals(inbox)
    expect((await arrivals.look(nobody, start + 10)).ready).toEqual(['old.png'])
    arrivals.done(['old.png'])
    expect((await arrivals.look(nobody, start + 1500)).ready).toEqual([])
    await arrive(join(inbox, 'new.png'), await tinyPicture(3), new Date(start + 1600))
    expect((await arrivals.look(nobody, start + 2500)).ready).toEqual([])
    expect((await arrivals.look(nobody, start + 4700)).ready).toEqual(['new.png'])
  })

  it('is tried again after 2, 10 and 60 seconds, then told once, and again when it changes', async () => {
    const inbox = await tempFolder()
    const whole = await tinyPicture(4)
    await arrive(join(inbox, 'half.png'), whole.subarray(0, whole.length / 2))
    const arrivals = new Arrivals(inbox)
    const start = Date.now()
    const told: number[] = []
    for (const seconds of [0, 1, 3, 4, 14, 15, 75, 76, 200]) {
      const { ready, failed } = await arrivals.look(nobody, start + seconds * 1000)
      expect(ready).toEqual([])
      if (failed.length > 0) told.push(seconds)
    }
    expect(told).toEqual([75])
    await arrive(join(inbox, 'half.png'), whole)
    expect((await arrivals.look(nobody, start + 300_000)).waitMs).toBeGreaterThan(0)
    expect((await arrivals.look(nobody, start + 303_000)).ready).toEqual(['half.png'])
  })
})

it('a damaged file that has long been so holds up a single look for two seconds', async () => {
  const inbox = await tempFolder()
  const start = Date.now()
  const half = (await tinyPicture(4)).subarray(0, 40)
  await arrive(join(inbox, 'old.png'), half, new Date(start - 100_000))
  await arrive(join(inbox, 'fresh.png'), half, new Date(start - 10_000))
  const arrivals = new Arrivals(inbox, false, true)
  const told: string[][] = []
  for (const seconds of [0, 3, 6, 20, 90]) {
    const { failed } = await arrivals.look(() => false, start + seconds * 1000)
    told.push(failed.map(({ original }) => original))
  }
  expect(told).toEqual([[], ['old.png'], [], [], ['fresh.png']])
})

describe('watching', () => {
  let tfFiles: string
  let names: string[]

  beforeAll(async () => {
    tfFiles = await warmSampleFolder(root, ['bird', 'bug'], 10)
    await train(tfFiles, { steps: 50, folds: 0, report: false })
    names = (await fs.readdir(SAMPLE_TEST)).sort().slice(0, 3)
  })

  const put = async (inbox: string, name: string) =>
    arrive(join(inbox, name), new Uint8Array(await readFile(join(SAMPLE_TEST, name))))

  it('once names what is there, into folders, and ends', async () => {
    const [inbox, to] = [await tempFolder(), join(await tempFolder(), 'sorted')]
    for (const name of names) await put(inbox, name)
    const result = await watch(tfFiles, inbox, to, { once: true, into: 'folders', move: true })
    expect(result).toEqual({ named: 3, failed: [] })
    const files = await readdir(to, { recursive: true })
    expect(
      files
        .filter(file => /^(bird|bug)\//.test(file))
        .map(file => file.split('/')[1])
        .sort(),
    ).toEqual(names)
    expect(await fs.readdir(inbox)).toEqual([])
  })

  it('names what comes later, never its own results, and takes a new model up', async () => {
    const inbox = await tempFolder()
    const to = join(root, 'flat')
    const events: WatchEvent[] = []
    const stop = new AbortController()
    const running = watch(tfFiles, inbox, to, { signal: stop.signal, poll: true, onEvent: event => events.push(event) })
    const until = async (enough: () => boolean) => {
      while (!enough()) await Promise.race([sleep(20), running])
    }
    const count = (kind: string) => events.filter(event => event.kind === kind).length
    await until(() => count('waiting') > 0)
    await put(inbox, names[0]!)
    await until(() => count('named') === 1)
    await train(tfFiles, { steps: 60, folds: 0, report: false })
    await put(inbox, names[1]!)
    await until(() => count('named') === 2)
    expect(count('model')).toBe(1)
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect((await fs.readdir(to)).filter(name => name !== 'results.csv')).toHaveLength(2)
  })

  it('says at once that there is no model, or that the destination lies inside', async () => {
    const inbox = await tempFolder()
    await expect(watch(await tempFolder(), inbox, join(root, 'x'))).rejects.toMatchObject({ code: 'E_NO_MODEL' })
    await expect(watch(tfFiles, inbox, join(inbox, 'in'))).rejects.toMatchObject({ code: 'E_DESTINATION_INSIDE' })
  })
})
