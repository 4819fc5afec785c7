import { chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { copyNew, moveNew } from '../../src/disk/transfer.ts'
import { contents, type Folders, makeFolders } from '../helpers/guessDirFixture.ts'

/** What no file system of a test machine does. */
const system = vi.hoisted(() => ({ links: true, forgets: false, flushed: [] as string[] }))
vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const refuse = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))
  return {
    ...fs,
    link: (...paths: [string, string]) => (system.links ? fs.link(...paths) : refuse('EPERM')),
    open: async (path: string, flags?: string | number, mode?: number) => {
      const file = await fs.open(path, flags, mode)
      const { sync } = file
      return Object.assign(file, {
        sync: async () => {
          system.flushed.push(String(flags))
          await sync.call(file)
        },
      })
    },
    unlink: (path: string) => fs.unlink(path).then(() => (system.forgets ? refuse('ENOENT') : undefined)),
  }
})

let folders: Folders
const FILES = { 'a.jpg': 'a', 'b.jpg': 'b' }
beforeEach(async () => {
  Object.assign(system, { links: true, forgets: false, flushed: [] })
  folders = await makeFolders(FILES)
})

test('a copy is flushed by one who may write: Windows flushes nothing for the others', async () => {
  await copyNew(join(folders.source, 'a.jpg'), join(folders.source, 'copy.jpg'))
  expect(system.flushed).toEqual(['r+'])
})

test('a network disk that says of a removed file that there is none does not cost the picture', async () => {
  system.forgets = true
  await moveNew(join(folders.source, 'a.jpg'), join(folders.source, 'moved.jpg'))
  expect(await contents(folders.source)).toEqual({ 'moved.jpg': 'a', 'b.jpg': 'b' })
})

describe('without links, as on FAT', () => {
  beforeEach(() => {
    system.links = false
  })

  test('files are copied and moved all the same', async () => {
    const path = (name: string) => join(folders.source, name)
    await copyNew(path('a.jpg'), path('copy.jpg'))
    await moveNew(path('b.jpg'), path('moved.jpg'))
    expect(await contents(folders.source)).toEqual({ 'a.jpg': 'a', 'copy.jpg': 'a', 'moved.jpg': 'b' })
  })

  test('nothing is overwritten, and nothing is left behind', async () => {
    const [from, to] = [join(folders.source, 'a.jpg'), join(folders.source, 'b.jpg')]
    await expect(copyNew(from, to)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(moveNew(from, to)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await contents(folders.source)).toEqual(FILES)
    expect(await readdir(folders.source)).toHaveLength(2)
  })
})

test('a write-protected file is copied, flushed and still write-protected', async () => {
  const [from, to] = [join(folders.source, 'a.jpg'), join(folders.source, 'copy.jpg')]
  await chmod(from, 0o444)
  await copyNew(from, to)
  expect((await stat(to)).mode & 0o777).toBe((await stat(from)).mode & 0o777)
})
