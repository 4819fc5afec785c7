import { expect, test } from 'vitest'
import type { OpAnswer, PictureColumns } from '../../src/studio/api.ts'
import { openStudio, pictureFolder } from '../helpers/studioFixture.ts'

test('pages are told of states in their order, and once of many at a time', async () => {
  const { studio, json, post } = await openStudio(await pictureFolder({ 'data/a': 4, 'data/b': 1 }))
  const told: number[] = []
  studio.hub.listen((event, data) => {
    if (event === 'state') told.push((data as { revision: number }).revision)
  })
  await Promise.all(Array.from({ length: 5 }, () => studio.tellState()))
  expect(told).toHaveLength(2)
  const { ids } = await json<PictureColumns>('api/pictures?category=a')
  await Promise.all(ids.map(id => post<OpAnswer>('api/ops', { op: 'label', to: 'b', ids: [id] })))
  await studio.tellState()
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBe(studio.collection.table.revision)
})
