import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFile } from 'fs-extra/esm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scanDataset } from '../../src/dataset/scan.ts'

let home: string
let data: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'itc-scan-'))
  data = join(home, 'data')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const put = async (...files: string[]) => {
  for (const file of files) await outputFile(join(data, file), 'x')
}

test('lists pictures of nested category folders in the order of their names', async () => {
  await put('dog/b.jpg', 'dog/a/2.jpg', 'Cat 1/x.PNG', 'dog/a/1.jpg', 'dog/no ending')
  const { categories, pictures, skipped } = await scanDataset(data)
  expect(categories).toEqual(['Cat 1', 'dog'])
  const order = ['Cat 1/x.PNG', 'dog/a/1.jpg', 'dog/a/2.jpg', 'dog/b.jpg', 'dog/no ending']
  expect(pictures.map(picture => picture.relative)).toEqual(order)
  expect(pictures[0]).toMatchObject({ label: 'Cat 1', path: join(data, 'Cat 1', 'x.PNG'), size: 1 })
  expect(pictures[0]!.mtimeMs).toBeGreaterThan(1e12)
  expect(skipped).toEqual([])
})

test('lists stray files and sidecars, and leaves hidden ones out without a word', async () => {
  await put('cat/1', 'dog/1', 'stray.jpg', 'cat/1.txt', '.git/x', 'cat/.DS_Store', 'dog/Thumbs.db', 'dog/.x/1.jpg')
  const { categories, pictures, skipped } = await scanDataset(data)
  expect(categories).toEqual(['cat', 'dog'])
  expect(pictures.map(picture => picture.relative)).toEqual(['cat/1', 'dog/1'])
  expect(skipped.map(({ relative }) => relative)).toEqual(['cat/1.txt', 'stray.jpg'])
})
