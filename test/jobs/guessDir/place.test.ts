import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { copyNew, moveNew } from '../../../src/jobs/guessDir/place.ts'
import { contents, type Folders, makeFolders } from './fixture.ts'

// A file system without links, such as FAT.
vi.mock('node:fs/promises', async original => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: async () => {
    throw Object.assign(new Error('no links here'), { code: 'EPERM' })
  },
}))

let folders: Folders
const FILES = { 'a.jpg': 'a', 'b.jpg': 'b' }
beforeEach(async () => {
  folders = await makeFolders(FILES)
})
afterEach(() => rm(folders.root, { recursive: true }))

describe('without links', () => {
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
