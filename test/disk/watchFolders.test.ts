import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WatchedFolders } from '../../src/disk/watchFolders.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** Watches folders; `told` has the paths heard of. */
function watched(roots: readonly string[], inside: readonly string[] = []) {
  const told = new Set<string>()
  const folders = new WatchedFolders(path => told.add(path))
  onTestFinished(() => folders.close())
  folders.keep(roots, inside)
  const hears = (path: string) => expect.poll(() => told.has(path), { timeout: 10_000 }).toBe(true)
  return { folders, told, hears }
}

test('files that come, change and go are told of, in the folders and in those below that are known', async () => {
  const root = await tempFolder()
  await mkdir(join(root, 'a'))
  const { told, hears } = watched([root], [join(root, 'a')])
  for (const path of [join(root, 'x.jpg'), join(root, 'a/y.jpg')]) {
    await writeFile(path, 'one')
    await hears(path)
    told.clear()
    await rm(path)
    await hears(path)
  }
  await writeFile(join(root, 'a/.hidden'), '')
  await writeFile(join(root, 'a/z.jpg'), '')
  await hears(join(root, 'a/z.jpg'))
  expect(told).not.toContain(join(root, 'a/.hidden'))
})

test('a folder that comes is watched at once, also in the place of another', async () => {
  const root = await tempFolder()
  const { told, hears } = watched([root])
  const folder = join(root, 'new')
  await mkdir(folder)
  await hears(folder)
  await writeFile(join(folder, '1.jpg'), '')
  await hears(join(folder, '1.jpg'))
  await rename(folder, join(root, 'old'))
  await hears(join(root, 'old'))
  told.clear()
  await mkdir(folder)
  await hears(folder)
  await writeFile(join(folder, '2.jpg'), '')
  await hears(join(folder, '2.jpg'))
})

test('what is no longer kept is not told of; a folder that is not there does no harm', async () => {
  const [one, other] = [await tempFolder(), await tempFolder()]
  const { folders, told, hears } = watched([one, other, join(one, 'absent')])
  folders.keep([other], [])
  await writeFile(join(one, '1.jpg'), '')
  await writeFile(join(other, '2.jpg'), '')
  await hears(join(other, '2.jpg'))
  expect([...told]).toEqual([join(other, '2.jpg')])
})
