import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChangedFile, Original } from '../../src/disk/original.ts'
import { copyNew, moveNew } from '../../src/disk/transfer.ts'
import { markOf } from '../../src/disk/walk.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const OTHER_DISK = '/dev/shm'

let folder = ''
const path = (name: string) => join(folder, name)
beforeEach(async () => {
  folder = await tempFolder()
  await writeFile(path('a.jpg'), 'a picture')
})

afterEach(() => void vi.restoreAllMocks())

const replaced: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
  'another file': async () => {
    await writeFile(path('other'), 'another 1')
    await utimes(path('other'), 1e9, 1e9)
    await rename(path('other'), path('a.jpg'))
  },
  'a link to another file': async () => {
    await rm(path('a.jpg'))
    await writeFile(path('other'), 'a picture')
    await symlink('other', path('a.jpg'))
  },
  'a link to a device that never ends': async () => {
    await rm(path('a.jpg'))
    await symlink('/dev/zero', path('a.jpg'))
  },
  'a FIFO': async () => {
    await rm(path('a.jpg'))
    execFileSync('mkfifo', [path('a.jpg')])
  },
  'a longer one': () => appendFile(path('a.jpg'), ', retouched'),
}

test.runIf(process.platform !== 'win32').each(Object.keys(replaced))(
  'a file that was replaced by %s is not opened',
  async what => {
    await utimes(path('a.jpg'), 1e9, 1e9)
    const mark = markOf(await stat(path('a.jpg')))
    await replaced[what]!()
    await expect(Original.open(path('a.jpg'), mark)).rejects.toThrow(ChangedFile)
  },
)

test('what is copied is what was opened, or nothing', async () => {
  const original = await Original.open(path('a.jpg'))
  await rename(path('a.jpg'), path('b.jpg'))
  await writeFile(path('a.jpg'), 'another 1')
  await expect(copyNew(original, path('copy'))).rejects.toThrow()
  await expect(moveNew(original, path('moved'))).rejects.toThrow()
  await original.close()
  expect((await readdir(folder)).sort()).toEqual(['a.jpg', 'b.jpg'])
})

test.runIf(existsSync(OTHER_DISK))(
  'moved to another disk, a picture keeps its times, to a microsecond, and mode',
  async () => {
    const other = await tempFolder(OTHER_DISK)
    execFileSync('touch', ['-d', '2021-03-04 05:06:07.123456789 UTC', path('a.jpg')])
    execFileSync('chmod', ['640', path('a.jpg')])
    const owner = process.getuid?.() === 0
    if (owner) execFileSync('chown', ['12345:54321', path('a.jpg')])
    const before = await stat(path('a.jpg'), { bigint: true })
    await moveNew(path('a.jpg'), join(other, 'a.jpg'))
    const after = await stat(join(other, 'a.jpg'), { bigint: true })
    expect(after.mtimeNs / 1000n).toBe(before.mtimeNs / 1000n)
    expect(after.mode).toBe(before.mode)
    if (owner) expect([after.uid, after.gid]).toEqual([12345n, 54321n])
    expect(await readdir(folder)).toEqual([])
    expect(await readFile(join(other, 'a.jpg'), 'utf8')).toBe('a picture')
  },
)

test.runIf(existsSync(OTHER_DISK))('bytes appended while it is moved to another disk are not lost', async () => {
  const other = await tempFolder(OTHER_DISK)
  const { copyTo } = Original.prototype
  vi.spyOn(Original.prototype, 'copyTo').mockImplementation(async function (this: Original, draft) {
    await copyTo.call(this, draft)
    await appendFile(path('a.jpg'), ', and more')
  })
  await expect(moveNew(path('a.jpg'), join(other, 'a.jpg'))).rejects.toThrow(ChangedFile)
  expect(await readFile(path('a.jpg'), 'utf8')).toBe('a picture, and more')
  expect(await readdir(other)).toEqual([])
})

test.runIf(existsSync(OTHER_DISK))('nor are those appended after the last look at its copy', async () => {
  const other = await tempFolder(OTHER_DISK)
  const { close } = Original.prototype
  vi.spyOn(Original.prototype, 'close').mockImplementation(async function (this: Original) {
    await close.call(this)
    await appendFile(path('a.jpg'), '.')
  })
  await expect(moveNew(path('a.jpg'), join(other, 'a.jpg'))).rejects.toThrow(ChangedFile)
  expect(await readFile(path('a.jpg'), 'utf8')).toMatch(/^a picture\.+$/)
  expect(await readdir(other)).toEqual([])
})
