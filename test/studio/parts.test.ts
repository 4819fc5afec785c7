import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import type { OpAnswer, StudioState } from '../../src/studio/api.ts'
import { ownFolder } from '../../src/studio/server/ownFolder.ts'
import { filesIn, openStudio, pictureFolder } from '../helpers/studioFixture.ts'
import { tinyNetwork, tinyPictures } from '../helpers/tinyFolder.ts'

const SET = { 'data/train/a': 3, 'data/train/b': 2, 'data/val/a': 1, 'data/val/b': 1, 'data/test/a': 2 }

test('of a set that is already split, what trains is sorted, and the rest stays as it is', async () => {
  const root = await pictureFolder(SET)
  expect(await ownFolder(root)).toBe(root)
  const { studio, json, post } = await openStudio(root)
  const state = await json<StudioState>('api/state')
  expect(state.categories.map(({ name, count }) => [name, count])).toEqual([
    ['a', 3],
    ['b', 2],
  ])
  expect(state.kept.map(({ folder, pictures }) => [folder, pictures])).toEqual([
    ['test', 2],
    ['val', 2],
  ])
  const others = async () => (await filesIn(root)).filter(path => /^data\/(val|test)/.test(path))
  const before = await others()
  const [row] = [...studio.collection.table.rows()].filter(({ place }) => place === 'a')
  await post<OpAnswer>('api/ops', { op: 'label', to: 'b', ids: [row!.id] })
  expect(await filesIn(root)).toContain('data/train/b/p1-2.png')
  await post<OpAnswer>('api/ops', { op: 'trash', ids: [row!.id] })
  await post<OpAnswer>('api/ops', { op: 'restore', ids: [row!.id] })
  await post<OpAnswer>('api/ops', { op: 'category.add', to: 'c' })
  expect(await fs.readdir(join(root, 'data', 'train'))).toEqual(['a', 'b', 'c'])
  expect(await filesIn(root)).toContain('data/train/b/p1-2.png')
  expect(await others()).toEqual(before)
})

test('a category of the other parts too is neither renamed nor removed: it would be another there', async () => {
  const { studio } = await openStudio(await pictureFolder(SET))
  const tried = [
    { op: 'category.rename', from: 'a', to: 'x' },
    { op: 'category.merge', from: 'a', to: 'b' },
    { op: 'category.remove', from: 'a' },
  ] as const
  for (const request of tried) {
    await expect(studio.collection.run(request)).rejects.toThrow('"a" is a category of "test" and "val" too')
  }
  await expect(studio.collection.run({ op: 'category.rename', from: 'b', to: 'x' })).rejects.toThrow('of "val" too')
})

test('what was chosen stays, whatever the folders look like later', async () => {
  const split = await pictureFolder(SET)
  await (await openStudio(split)).studio.close('over')
  for (const part of ['val', 'test']) await fs.remove(join(split, 'data', part))
  expect((await openStudio(split)).studio.collection.table.categories).toEqual(['a', 'b'])

  const toys = await pictureFolder({ 'data/train': 3, 'data/test': 3 })
  const { studio } = await openStudio(toys)
  const [row] = [...studio.collection.table.rows()]
  await studio.collection.run({ op: 'label', to: 'train', ids: [row!.id] })
  await studio.close('over')
  for (const toy of ['train', 'test']) await fs.copy(join(split, 'data', 'train'), join(toys, 'data', toy))
  expect((await openStudio(toys)).studio.collection.table.categories).toEqual(['test', 'train'])
})

test('a model of all parts is not out of date', async () => {
  const root = await pictureFolder({})
  for (const part of ['train', 'val', 'test']) await tinyPictures(join(root, 'data', part), 3)
  const backbone = await tinyNetwork(root)
  const tiny = { backbone, bottleneck: 'features', inputSize: 32, layers: 'last', head: 'softmax' } as const
  await train(root, { ...tiny, steps: 20, folds: 0, report: false })
  const { model } = await (await openStudio(root)).json<StudioState>('api/state')
  expect(model).toMatchObject({ labels: ['green', 'red'], stale: null })
})
