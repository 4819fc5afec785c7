import { readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeEach, expect, it } from 'vitest'
import { FolderStore } from '../../src/storage/folder.ts'
import { type Item, isSafeKey } from '../../src/storage/store.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

let root: string
let store: FolderStore

beforeEach(async () => {
  root = join(await tempFolder(), 'store')
  store = await FolderStore.at(root)
})

async function listed(): Promise<{ items: Item[]; skipped: string[] }> {
  const [items, skipped]: [Item[], string[]] = [[], []]
  for await (const item of store.list({ onSkipped: (key, reason) => skipped.push(`${key}: ${reason}`) }))
    items.push(item)
  return { items, skipped }
}

it('lists all files below it, in the order of their names, and follows no link', async () => {
  await fs.outputFile(join(root, 'b/2.jpg'), 'two')
  await fs.outputFile(join(root, 'a.jpg'), 'one')
  await fs.outputFile(join(root, 'ü/3.jpg'), 'three')
  await symlink('/etc', join(root, 'etc'))
  const { items, skipped } = await listed()
  expect(items.map(({ key, size }) => [key, size])).toEqual([
    ['a.jpg', 3],
    ['b/2.jpg', 3],
    ['ü/3.jpg', 5],
  ])
  expect(skipped).toEqual(['etc: a link, which is not followed'])
})

it('is empty where there is no such folder yet', async () => {
  expect((await listed()).items).toEqual([])
})

it('writes a key once, whole, and never again', async () => {
  expect(await store.putNew('parts/a', Buffer.from('first'))).toBe(true)
  expect(await store.putNew('parts/a', Buffer.from('second'))).toBe(false)
  expect(await readFile(join(root, 'parts/a'), 'utf8')).toBe('first')
  expect(await readdir(join(root, 'parts'))).toEqual(['a'])
})

// Where a file can't have two names (a stick, some shares), a later writer of the same moment replaces the earlier one's
// file: guess-all's parts are the same whoever writes them.
it.skipIf(process.env.ITC_WINDOWS_LIKE)('lets one of many writers of a key win', async () => {
  const won = await Promise.all(Array.from({ length: 20 }, (_, at) => store.putNew('a', Buffer.from(`${at}`))))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await readFile(join(root, 'a'), 'utf8')).toBe(String(won.indexOf(true)))
})

it('reads what was listed, and says when it has changed or gone', async () => {
  await fs.outputFile(join(root, 'a'), 'some')
  const [item] = (await listed()).items
  const read = () => store.read(item!, { most: 100 }).then(String)
  expect(await read()).toBe('some')
  await expect(store.read(item!, { most: 3 })).rejects.toMatchObject({ kind: 'too-large' })
  await utimes(join(root, 'a'), 1, 1)
  await expect(read()).rejects.toMatchObject({ kind: 'changed' })
  await fs.remove(join(root, 'a'))
  await expect(read()).rejects.toMatchObject({ kind: 'gone' })
})

it('reads and writes nothing outside of it, whatever a key says', async () => {
  await fs.outputFile(join(root, '../secret'), 'secret')
  await fs.outputFile(join(root, '../other/secret'), 'secret')
  await fs.ensureDir(root)
  await symlink('../other', join(root, 'link'))
  await symlink('../secret', join(root, 'file'))
  for (const key of ['../secret', '/etc/hostname', 'link/secret', 'file', 'a/../../secret']) {
    await expect(store.read({ key, size: undefined, etag: '' }, { most: 100 }), key).rejects.toMatchObject({
      kind: 'unreadable',
    })
  }
  await expect(store.putNew('../new', Buffer.from(''))).rejects.toThrow('leads elsewhere')
})

it.each(['', '/a', 'a//b', '.', 'a/../b', 'a\\b', 'a\0', '\ud800', 'x'.repeat(1025)])('%j is no safe key', key => {
  expect(isSafeKey(key)).toBe(false)
})

it.each(['a', 'a b/ü.jpg', '…', '.a', 'a..b/c'])('%j is a safe key', key => {
  expect(isSafeKey(key)).toBe(true)
})

it('says what is the matter with a folder that can not be written', async () => {
  await writeFile(root, 'a file')
  await expect(store.putNew('a', Buffer.from(''))).rejects.toThrow(/Can't write ".*": a file is in the way/)
})
