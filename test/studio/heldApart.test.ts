import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import { readHeldOut } from '../../src/dataset/heldOut.ts'
import { HeldApart } from '../../src/studio/heldApart.ts'
import { openCollection, pictureFolder } from '../helpers/studioFixture.ts'

test('of what is to be labelled next every tenth is kept apart, the same ones until they have their labels', async () => {
  const root = await pictureFolder({ 'data/a': 1, unlabeled: 30 })
  const collection = await openCollection(root)
  const rows = [...collection.table.rows()].filter(({ place }) => place === '.unlabeled')
  for (const row of rows) await collection.shaOf(row)
  const apart = await HeldApart.read(collection)
  const picked = rows.slice(0, 20).map(({ id }) => ({ id, held: false }))
  const mixed = await apart.mixedInto(picked, id => ({ id, held: true }))
  expect(mixed).toHaveLength(20)
  expect(mixed.flatMap(({ held }, at) => (held ? [at] : []))).toEqual([9, 19])
  expect(new Set(mixed.map(({ id }) => id)).size).toBe(20)
  const held = await readHeldOut(root)
  expect(apart.hashes).toEqual(held)
  expect(held.size).toBe(2)
  expect(await apart.mixedInto(picked, id => ({ id, held: true }))).toEqual(mixed)
  // Labelled: two others are drawn, and the first stay apart.
  await collection.run({ op: 'label', to: 'a', ids: mixed.filter(each => each.held).map(({ id }) => id) })
  const left = picked.filter(({ id }) => collection.table.get(id)?.place === '.unlabeled')
  await apart.mixedInto(left, id => ({ id, held: true }))
  expect((await readHeldOut(root)).size).toBe(held.size + Math.floor(left.length / 10))
  expect([...held].every(hash => apart.hashes.has(hash))).toBe(true)
})

test('a studio that only shows sets nothing apart', async () => {
  const root = await pictureFolder({ unlabeled: 20 })
  const collection = await openCollection(root, { readOnly: true })
  for (const row of collection.table.rows()) await collection.shaOf(row)
  const apart = await HeldApart.read(collection)
  const picked = [...collection.table.rows()].map(({ id }) => ({ id }))
  expect(await apart.mixedInto(picked, id => ({ id }))).toEqual(picked)
  expect(await fs.pathExists(join(root, 'studio'))).toBe(false)
})
