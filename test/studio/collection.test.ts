import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import type { Collection } from '../../src/studio/collection.ts'
import { filesIn, openCollection, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'

const idsOf = (collection: Collection, place: string) =>
  [...collection.table.rows()].filter(row => row.place === place).map(row => row.id)

test('labelling moves, undo takes back, redo does again, also after a restart', async () => {
  const root = await pictureFolder({ 'data/roses': 2, 'data/tulips': 1, unlabeled: 2 })
  const before = await filesIn(root)
  let studio = await openCollection(root)
  const ids = idsOf(studio, '.unlabeled')
  const answer = await studio.run({ op: 'label', to: 'tulips', ids, from: '.unlabeled' })
  expect(answer.moved).toEqual(ids)
  const after = [
    'data/roses/p1.png',
    'data/roses/p2.png',
    'data/tulips/p1-2.png',
    'data/tulips/p1.png',
    'data/tulips/p2.png',
  ]
  expect(await filesIn(root)).toEqual(after)
  await studio.close()

  studio = await openCollection(root)
  const top = studio.stacks.undo.at(-1)!
  expect(top.title).toBe('2 → tulips')
  await studio.undo(top.id)
  expect(await filesIn(root)).toEqual(before)
  await expect(studio.undo(top.id)).rejects.toThrow('nothing to undo')
  await studio.redo(studio.stacks.redo.at(-1)!.id)
  expect(await filesIn(root)).toEqual(after)
  await studio.undo(studio.stacks.undo.at(-1)!.id)
  expect(await filesIn(root)).toEqual(before)
  await studio.close()
})

test('a new entry clears what could be done again', async () => {
  const studio = await openCollection(await pictureFolder({ 'data/a': 2, 'data/b': 1 }))
  const [first, second] = idsOf(studio, 'a')
  const { entry } = await studio.run({ op: 'label', to: 'b', ids: [first!] })
  await studio.undo(entry)
  expect(studio.stacks.redo).toHaveLength(1)
  await studio.run({ op: 'trash', ids: [second!] })
  expect(studio.stacks.redo).toHaveLength(0)
  await studio.close()
})

test('what lies elsewhere than the page believed comes back as a conflict, and the rest is done', async () => {
  const root = await pictureFolder({ 'data/a': 3, 'data/b': 1 })
  const studio = await openCollection(root)
  const [one, two, three] = idsOf(studio, 'a') as [number, number, number]
  await studio.run({ op: 'label', to: 'b', ids: [one] })
  await fs.remove(join(root, 'data/a/p2.png'))
  const answer = await studio.run({ op: 'trash', ids: [one, two, three, 999], from: 'a' })
  expect(answer.moved).toEqual([three])
  expect(answer.conflicts.map(({ id, reason, place }) => [id, reason, place])).toEqual([
    [one, 'It lies in b now.', 'b'],
    [999, 'It is no longer there.', null],
    [two, 'It is no longer there.', null],
  ])
  await studio.close()
})

test('undo leaves what another program changed, and names it', async () => {
  const root = await pictureFolder({ 'data/a': 2, 'data/b': 1 })
  const studio = await openCollection(root)
  const { entry } = await studio.run({ op: 'label', to: 'b', ids: idsOf(studio, 'a') })
  await fs.writeFile(join(root, 'data/b/p2.png'), await tinyPicture(77))
  const answer = await studio.undo(entry)
  expect(answer.conflicts).toMatchObject([{ name: 'p2.png', reason: 'Another program has changed it.' }])
  expect(await filesIn(root)).toEqual(['data/a/p1.png', 'data/b/p1.png', 'data/b/p2.png'])
  await studio.close()
})

test('undo gives a name taken meanwhile a number, and overwrites nothing', async () => {
  const root = await pictureFolder({ 'data/a': 1, 'data/b': 1 })
  const studio = await openCollection(root)
  const { entry } = await studio.run({ op: 'trash', ids: idsOf(studio, 'a') })
  await fs.writeFile(join(root, 'data/a/p1.png'), 'newer')
  await studio.undo(entry)
  expect(await fs.readFile(join(root, 'data/a/p1.png'), 'utf8')).toBe('newer')
  expect(await filesIn(root)).toEqual(['data/a/p1-2.png', 'data/a/p1.png', 'data/b/p1.png'])
  await studio.close()
})

test('the trash gives back to where a picture came from', async () => {
  const root = await pictureFolder({ 'data/a': 2, 'data/b': 1, unlabeled: 1 })
  const before = await filesIn(root)
  const studio = await openCollection(root)
  await studio.run({ op: 'trash', ids: [...idsOf(studio, 'a'), ...idsOf(studio, '.unlabeled')] })
  expect((await filesIn(root)).filter(path => path.startsWith('trash/'))).toHaveLength(3)
  await studio.run({ op: 'restore', ids: idsOf(studio, '.trash') })
  expect(await filesIn(root)).toEqual(before)
  await studio.close()
})

test('categories are added, renamed, merged and removed, and each is taken back', async () => {
  const root = await pictureFolder({ 'data/a': 1, 'data/b': 2 })
  await fs.writeFile(join(root, 'data/b/notes.txt'), 'mine')
  const before = await filesIn(root)
  const studio = await openCollection(root)
  const back = async () => {
    await studio.undo(studio.stacks.undo.at(-1)!.id)
    expect(await filesIn(root)).toEqual(before)
    expect(studio.table.categories).toEqual(['a', 'b'])
  }
  await studio.run({ op: 'category.add', to: 'c' })
  expect(studio.table.categories).toEqual(['a', 'b', 'c'])
  await back()
  await studio.run({ op: 'category.rename', from: 'b', to: 'B' })
  expect(studio.table.categories).toEqual(['B', 'a'])
  expect(idsOf(studio, 'B')).toHaveLength(2)
  await back()
  await studio.run({ op: 'category.merge', from: 'b', to: 'a' })
  expect(await filesIn(root)).toEqual(['data/a/p1-2.png', 'data/a/p1.png', 'data/a/p2.png', 'data/b/notes.txt'])
  await back()
  await studio.run({ op: 'category.remove', from: 'a' })
  expect(studio.table.categories).toEqual(['b'])
  expect(studio.table.count('.unlabeled')).toBe(1)
  await back()
  await studio.run({ op: 'category.remove', from: 'b', to: '.trash' })
  expect(studio.table.categories).toEqual(['a'])
  expect(studio.table.count('.trash')).toBe(2)
  await back()
  await studio.close()
})

test('what is checked stays so over moves of its file, a rename of its category and a restart', async () => {
  const root = await pictureFolder({ 'data/a': 1, 'data/b': 1 })
  let studio = await openCollection(root)
  const [id] = idsOf(studio, 'a') as [number]
  await studio.run({ op: 'check', ids: [id] })
  const { sha256 } = studio.table.get(id)!
  expect(studio.checked.has(sha256!, 'a')).toBe(true)
  await studio.run({ op: 'category.rename', from: 'a', to: 'anemone' })
  await studio.close()
  studio = await openCollection(root)
  expect(studio.checked.has(sha256!, 'anemone')).toBe(true)
  await studio.undo(studio.stacks.undo.at(-1)!.id)
  await studio.undo(studio.stacks.undo.at(-1)!.id)
  expect(studio.checked.has(sha256!, 'a')).toBe(false)
  await studio.close()
})

test('a look at the disk finds what came, went and changed', async () => {
  const root = await pictureFolder({ 'data/a': 3 })
  const studio = await openCollection(root)
  const changed = studio.table.at('data/a/p1.png')!
  await fs.writeFile(join(root, 'data/a/p1.png'), await tinyPicture(50).then(bytes => Buffer.concat([bytes, bytes])))
  await fs.remove(join(root, 'data/a/p2.png'))
  await fs.outputFile(join(root, 'data/new/x.png'), await tinyPicture(51))
  const revision = studio.table.revision
  const { added, gone, categories } = await studio.rescan()
  expect([added.length, gone.length, categories]).toEqual([2, 2, true])
  expect(studio.table.get(changed.id)).toBeUndefined()
  expect(studio.table.revision).toBeGreaterThan(revision)
  expect(await studio.rescan()).toEqual({ added: [], gone: [], categories: false })
  await studio.close()
})

test('read-only changes nothing', async () => {
  const root = await pictureFolder({ 'data/a': 1 })
  const studio = await openCollection(root, { readOnly: true })
  await expect(studio.run({ op: 'trash', ids: idsOf(studio, 'a') })).rejects.toThrow('--read-only')
  expect(await fs.pathExists(join(root, 'studio'))).toBe(false)
})
