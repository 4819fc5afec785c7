import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'fs-extra'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchFolders } from '../../src/studio/watching.ts'
import { openCollection, openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

async function watched(counts: Readonly<Record<string, number>>, pace?: Parameters<typeof watchFolders>[1]) {
  const root = await pictureFolder(counts)
  const { studio } = await openStudio(root)
  onTestFinished(await watchFolders(studio, pace))
  return { root, studio, table: studio.collection.table, looks: vi.spyOn(studio, 'rescan') }
}

test('what a file manager does is seen: files, a folder of them, a category under another name', async () => {
  const { root, table } = await watched({ 'data/a': 2, 'data/b': 2, 'unlabeled/day 1': 1 })
  await rm(join(root, 'data/a/p1.png'))
  await writeFile(join(root, 'unlabeled/day 1/q.png'), await tinyPicture(70))
  await expect.poll(() => [table.count('a'), table.count('.unlabeled')], { timeout: 10_000 }).toEqual([1, 2])
  await mkdir(join(root, 'data/c'))
  await writeFile(join(root, 'data/c/r.png'), await tinyPicture(71))
  await expect.poll(() => table.count('c'), { timeout: 10_000 }).toBe(1)
  await rename(join(root, 'data/b'), join(root, 'data/d'))
  await expect.poll(() => table.categories, { timeout: 10_000 }).toEqual(['a', 'c', 'd'])
  await writeFile(join(root, 'data/d/s.png'), await tinyPicture(72))
  await expect.poll(() => table.count('d'), { timeout: 10_000 }).toBe(3)
})

test('what studio itself moves makes it look at nothing', async () => {
  const { studio, table, looks } = await watched({ 'data/a': 1, 'data/b': 1, unlabeled: 20 })
  const ids = [...table.rows()].flatMap(({ id, place }) => (place === '.unlabeled' ? [id] : []))
  const { entry } = await studio.collection.run({ op: 'label', ids, to: 'a', from: '.unlabeled' })
  await studio.collection.undo(entry)
  await sleep(700) // longer than it waits for a burst to end
  expect(looks).not.toHaveBeenCalled()
  expect(table.count('.unlabeled')).toBe(20)
})

test('a disk that is slow to take the journal makes it look at nothing, either', async () => {
  const { studio, table, looks } = await watched({ 'data/a': 1, 'data/b': 1, unlabeled: 3 })
  const { journal } = studio.collection
  const done = journal.done.bind(journal)
  vi.spyOn(journal, 'done').mockImplementation(async (...line) => {
    await sleep(700) // longer than it waits for a burst to end
    await done(...line)
  })
  const ids = [...table.rows()].flatMap(({ id, place }) => (place === '.unlabeled' ? [id] : []))
  await studio.collection.run({ op: 'label', ids, to: 'a' })
  await sleep(700)
  expect(looks).not.toHaveBeenCalled()
})

test.each([
  ['waits for a pause in the work', { every: 50, pause: 60_000, patience: 60_000 }, 0],
  ['waits no longer than its patience lasts', { every: 50, pause: 60_000, patience: 100 }, 1],
])('a regular look at the disk %s', async (_, pace, least) => {
  const { studio, table } = await watched({ 'data/a': 1, 'data/b': 1, unlabeled: 20 }, pace)
  const ids = [...table.rows()].flatMap(({ id, place }) => (place === '.unlabeled' ? [id] : []))
  const label = () => studio.collection.run({ op: 'label', ids: ids.splice(0, 1), to: 'a' })
  await label()
  const looks = [vi.spyOn(studio, 'rescan'), vi.spyOn(studio, 'glance')]
  for (let at = 0; at < 10; at++) await Promise.all([label(), sleep(50)])
  const calls = () => looks.map(look => look.mock.calls.length)
  await expect.poll(() => calls()[0]).toBeGreaterThanOrEqual(least)
  if (least === 0) expect(calls()).toEqual([0, 0])
})

test('a regular look at the disk is given up when something is changed meanwhile', async () => {
  const { studio, table } = await watched({ 'data/a': 1, 'data/b': 1, unlabeled: 1 })
  const [id] = [...table.rows()].flatMap(({ id, place }) => (place === '.unlabeled' ? [id] : []))
  const [isDone] = await Promise.all([studio.glance(), studio.collection.run({ op: 'label', ids: [id!], to: 'a' })])
  expect([isDone, await studio.glance()]).toEqual([false, true])
})

test('a look at the disk in the middle of a bulk move takes no picture for another', async () => {
  const root = join(await tempFolder(), 'tf_files')
  const picture = await tinyPicture(1)
  for (const name of ['a', 'b']) await fs.ensureDir(join(root, 'data', name))
  for (let at = 0; at < 300; at++)
    await fs.outputFile(join(root, 'unlabeled', `p${at}.png`), Buffer.concat([picture, Buffer.from(String(at))]))
  const collection = await openCollection(root)
  onTestFinished(() => collection.close())
  const ids = [...collection.table.rows()].map(({ id }) => id)
  let moves = true
  const moving = collection.run({ op: 'label', ids, to: 'a', from: '.unlabeled' }).finally(() => {
    moves = false
  })
  let different = 0
  while (moves) {
    const { added, gone } = await collection.rescan()
    different += added.length + gone.length
  }
  expect((await moving).conflicts).toEqual([])
  expect(different).toBe(0)
  expect(ids.map(id => collection.table.get(id)?.place)).toEqual(ids.map(() => 'a'))
})
