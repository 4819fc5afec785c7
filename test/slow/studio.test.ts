import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { expect, onTestFinished, test } from 'vitest'
import type { JobState, JournalList, OpAnswer, PictureColumns, StudioState } from '../../src/studio/api.ts'
import { Collection } from '../../src/studio/collection.ts'
import { studioFolder } from '../../src/studio/pictures/folder.ts'
import { startItc } from '../helpers/itc.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tinyPicture } from '../helpers/studioFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const SCRIPT = fileURLToPath(new URL('../helpers/studioServed.mjs', import.meta.url))
const KILLS = 25
const PICTURES = 600

async function start(root: string, cacheFolder: string): Promise<{ child: ChildProcess; address: string }> {
  const pageFolder = join(cacheFolder, 'page')
  await fs.outputFile(join(pageFolder, 'index.html'), '<title>studio</title>')
  const child = spawn(process.execPath, [SCRIPT, root, pageFolder, cacheFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, address: line.toString().trim() }
}

const get = async <T>(address: string): Promise<T> => (await (await fetch(address)).json()) as T
const post = async (address: string, body: unknown) => fetch(address, { method: 'POST', body: JSON.stringify(body) })

/** Hashes of all pictures, wherever they lie; one that has two names counts twice. */
async function hashes(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  const files = found.filter(file => file.isFile() && file.name.endsWith('.png'))
  const all = await Promise.all(files.map(async file => readFile(join(file.parentPath, file.name))))
  return all.map(bytes => createHash('sha256').update(bytes).digest('hex')).sort()
}

test(`${KILLS} kills in the middle of moves lose nothing, and every entry ends`, async () => {
  const root = join(await tempFolder(), 'tf_files')
  const cacheFolder = await tempFolder()
  for (const name of ['a', 'b', 'c']) await fs.ensureDir(join(root, 'data', name))
  const picture = await tinyPicture(1)
  for (let at = 0; at < PICTURES; at++) {
    // Stray bytes behind the end make each another file.
    await fs.outputFile(join(root, 'unlabeled', `p${at}.png`), Buffer.concat([picture, Buffer.from(String(at))]))
  }
  const before = await hashes(root)
  let interrupted = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, address } = await start(root, cacheFolder)
    const places = ['unlabeled', 'data', 'data', 'trash']
    // What an earlier kill left empty has nothing to move: the next place that has is taken.
    let turn = kill % 4
    let { ids } = await get<PictureColumns>(`${address}api/pictures?in=${places[turn]}`)
    for (let more = 0; ids.length < PICTURES / 2 && more < 4; more++) {
      turn = (turn + 1) % 4
      ids = (await get<PictureColumns>(`${address}api/pictures?in=${places[turn]}`)).ids
    }
    const ops = [
      { op: 'label', to: 'a', ids },
      { op: 'label', to: 'b', ids },
      { op: 'trash', ids },
      { op: 'restore', ids },
    ]
    const { undo } = await get<StudioState>(`${address}api/state`)
    const asked =
      kill % 5 === 4 && undo ? post(`${address}api/undo`, { expect: undo.entry }) : post(`${address}api/ops`, ops[turn])
    const ended = asked.then(
      () => false,
      () => true,
    )
    await sleep(5 + ((kill * 37) % 60))
    child.kill('SIGKILL')
    await once(child, 'exit')
    if (await ended) interrupted++
    expect([...new Set(await hashes(root))], `after kill ${kill + 1}`).toEqual(before)
  }
  expect(interrupted).toBeGreaterThan(KILLS / 3)
  const studio = await Collection.open(studioFolder(root))
  expect(studio.unsettled).toEqual([])
  expect(studio.journal.entries().every(({ state }) => state === 'done')).toBe(true)
  expect(await hashes(root)).toEqual(before)
  while (studio.stacks.undo.length > 0) {
    const { conflicts } = await studio.undo(studio.stacks.undo.at(-1)!.id)
    expect(conflicts).toEqual([])
  }
  expect(studio.table.count('.unlabeled')).toBe(PICTURES)
  await studio.close()
})

test('two tabs at once: each change is done once, and what came second is told so', async () => {
  const root = join(await tempFolder(), 'tf_files')
  for (const name of ['a', 'b']) await fs.ensureDir(join(root, 'data', name))
  const picture = await tinyPicture(2)
  for (let at = 0; at < 200; at++) {
    await fs.outputFile(join(root, 'unlabeled', `p${at}.png`), Buffer.concat([picture, Buffer.from(String(at))]))
  }
  const { address } = await start(root, await tempFolder())
  const { ids } = await get<PictureColumns>(`${address}api/pictures?in=unlabeled`)
  const label = async (to: string): Promise<OpAnswer> => {
    const answer = await post(`${address}api/ops`, { op: 'label', to, ids, from: '.unlabeled' })
    return (await answer.json()) as OpAnswer
  }
  const [first, second] = await Promise.all([label('a'), label('b')])
  expect(first.moved.length + second.moved.length).toBe(200)
  expect(first.conflicts.length + second.conflicts.length).toBe(200)
  const { entries } = await get<JournalList>(`${address}api/journal`)
  expect(entries).toHaveLength(1)
})

test('a file manager moves pictures in the middle of a bulk move: none is lost, and what went elsewhere is said', async () => {
  const root = join(await tempFolder(), 'tf_files')
  for (const name of ['a', 'b', 'c']) await fs.ensureDir(join(root, 'data', name))
  const picture = await tinyPicture(3)
  for (let at = 0; at < PICTURES; at++) {
    await fs.outputFile(join(root, 'unlabeled', `p${at}.png`), Buffer.concat([picture, Buffer.from(String(at))]))
  }
  const before = await hashes(root)
  const { address } = await start(root, await tempFolder())
  const { ids } = await get<PictureColumns>(`${address}api/pictures?in=unlabeled`)
  const asked = post(`${address}api/ops`, { op: 'label', to: 'a', ids, from: '.unlabeled' })
  let taken = 0
  for (let at = PICTURES - 1; at >= 0; at -= 3) {
    const name = `p${at}.png`
    taken += await rename(join(root, 'unlabeled', name), join(root, 'data/b', name)).then(
      () => 1,
      () => 0,
    )
  }
  const { moved, conflicts } = (await (await asked).json()) as OpAnswer
  expect([moved.length + conflicts.length, conflicts.length]).toEqual([PICTURES, taken])
  expect(conflicts.filter(({ reason }) => reason === '')).toEqual([])
  expect(taken).toBeGreaterThan(0)
  expect(await hashes(root)).toEqual(before)
  await post(`${address}api/rescan`, {})
  const { categories, unlabeled } = await get<StudioState>(`${address}api/state`)
  expect([categories.map(({ count }) => count), unlabeled]).toEqual([[PICTURES - taken, taken, 0], 0])
})

test('a training in a terminal goes first; the one in the page waits, then runs', async () => {
  const root = await tempFolder()
  const tfFiles = await sampleFolder(root, ['bird', 'bug'], 8)
  const cacheFolder = await tempFolder()
  const pageFolder = join(cacheFolder, 'page')
  await fs.outputFile(join(pageFolder, 'index.html'), '<title>studio</title>')
  const { serveStudio } = (await import(
    '../../dist/studio/server/serve.js' as string
  )) as typeof import('../../src/studio/server/serve.ts')
  const stop = new AbortController()
  let served: Promise<void> | undefined
  const address = await new Promise<string>((resolve, reject) => {
    served = serveStudio(tfFiles, { pageFolder, cacheFolder, signal: stop.signal, onReady: resolve })
    served.catch(reject)
  })
  onTestFinished(async () => {
    stop.abort()
    await served
  })
  const terminal = startItc(['train', tfFiles, '--steps', '50'])
  onTestFinished(() => void terminal.child.kill('SIGKILL'))
  const lock = join(tfFiles, '.train.lock')
  while (!(await readFile(lock, 'utf8').catch(() => ''))) await sleep(2)
  // It halts with its lock held for as long as the page has to be seen waiting.
  terminal.child.kill('SIGSTOP')
  const { id } = (await (await post(`${address}api/jobs`, { kind: 'train' })).json()) as JobState
  const jobIs = async (pattern: RegExp) => {
    for (;;) {
      const job = (await get<StudioState>(`${address}api/state`)).jobs.find(state => state.id === id)
      if (pattern.test(`${job?.state}: ${job?.phase}`)) return job
      await sleep(50)
    }
  }
  await jobIs(/^waiting: itc train is at work in a terminal \(process \d+\); yours starts when it ends\.$|^done/)
  expect((await jobIs(/./))?.state).toBe('waiting')
  terminal.child.kill('SIGCONT')
  expect(await jobIs(/^(done|failed)/)).toMatchObject({
    state: 'done',
    result: { kind: 'train', after: { pictures: 16 } },
  })
  expect((await terminal.ended).code).toBe(0)
})
