import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { layoutOf } from '../../src/model/layout.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const NOBODY = 65_534
const folder = await sharedFolder()
const tfFiles = join(folder, 'tf_files')
const picture = join(layoutOf(tfFiles).data, 'green', '0.png')

beforeAll(async () => {
  await tinyPictures(layoutOf(tfFiles).data)
  const trained = await run(['train', tfFiles, ...tinyTraining(await tinyNetwork(folder))])
  expect(trained.code, trained.err).toBe(0)
  await fs.chmod(folder, 0o755) // others may look in
})

/** Root may write anywhere: then somebody else looks. */
function becomeSomebodyElse(): void {
  if (process.getuid?.() === 0) process.seteuid?.(NOBODY)
}

afterEach(async () => {
  vi.unstubAllEnvs()
  if (process.getuid?.() === 0) process.seteuid?.(0)
  for (const path of await all()) await fs.chmod(path, (await stat(path)).isDirectory() ? 0o755 : 0o644)
})

async function all(): Promise<string[]> {
  return [tfFiles, ...(await readdir(tfFiles, { recursive: true })).map(name => join(tfFiles, name)).sort()]
}

/** What a command printed, but for the space on the disk, which others use meanwhile. */
function withoutSpace(ran: Awaited<ReturnType<typeof run>>): Awaited<ReturnType<typeof run>> {
  return { ...ran, out: ran.out.replace(/[\d.]+ GB free/g, 'GB free') }
}

/** All that lies in the folder, with the time of its last change. */
async function seen(): Promise<string[]> {
  return Promise.all((await all()).map(async path => `${path} ${(await stat(path)).mtimeMs}`))
}

it.runIf(process.platform !== 'win32')(
  "doctor, explain and guess work in a folder that may not be written, somebody else's, and change nothing there",
  async () => {
    vi.stubEnv('ITC_CACHE', join(folder, 'no cache'))
    const commands = [
      ['doctor', tfFiles],
      ['explain', tfFiles, picture],
      ['guess', tfFiles, picture],
    ]
    const before = []
    for (const command of commands) before.push(await run(command))
    const files = await seen()
    for (const path of await all()) await fs.chmod(path, (await stat(path)).isDirectory() ? 0o555 : 0o444)
    becomeSomebodyElse()
    for (const [at, command] of commands.entries())
      expect(withoutSpace(await run(command))).toEqual(withoutSpace(before[at]!))
    expect(before.map(({ code, err }) => [code, err])).toEqual(new Array(3).fill([0, '']))
    expect(before[1]!.out).toMatch(/nearest training pictures/)
    expect(await seen()).toEqual(files)
  },
)

it.runIf(process.platform !== 'win32')('explain says what it can not read', async () => {
  const { bottlenecks } = layoutOf(tfFiles)
  await fs.chmod(bottlenecks, 0)
  becomeSomebodyElse()
  const ran = await run(['explain', tfFiles, picture])
  expect(ran.code).toBe(0)
  expect(ran.err).toMatch(/can't be compared with: The bottleneck cache .* can't be opened/)
})
