import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { isSecondCopy } from '../../../src/disk/secondCopy.ts'
import { copyNew, moveNew } from '../../../src/disk/transfer.ts'
import { guessDir } from '../../../src/jobs/guess/guessDir.ts'
import { undoGuessDir } from '../../../src/jobs/guess/undo.ts'
import { contents, type Folders, makeFolders, textModel, writeFiles } from '../../helpers/guessDirFixture.ts'

let folders: Folders
const FILES = {
  'a.jpg': 'cat 0.9 a',
  'b.jpg': 'cat 0.9 b',
  'nested/deep/c.PNG': 'dog 0.75 c',
  'broken.jpg': 'no picture',
}
beforeEach(async () => {
  folders = await makeFolders(FILES)
})

const move = () => guessDir(textModel, folders.source, folders.destination, { move: true })
const undo = (options = {}) => undoGuessDir(folders.source, folders.destination, options)

describe('--move', () => {
  test('leaves in the source what could not be named, and undo puts the rest back', async () => {
    expect(await move()).toMatchObject({ named: 3, failed: [{ original: 'broken.jpg' }] })
    expect(await contents(folders.source)).toEqual({ 'broken.jpg': 'no picture' })
    expect(await contents(folders.destination)).toMatchObject({
      'cat-0.90000.jpg': 'cat 0.9 a',
      'cat-0.90000-2.jpg': 'cat 0.9 b',
      'dog-0.75000.PNG': 'dog 0.75 c',
    })
    await rm(join(folders.source, 'nested'), { recursive: true })
    expect(await undo()).toEqual({ restored: 3, removed: 0, failed: [], others: 0, notes: [] })
    expect(await contents(folders.source)).toEqual(FILES)
    expect(await contents(folders.destination)).toEqual({})
  })

  test('a second run, with nothing left to do, is no error', async () => {
    await rm(join(folders.source, 'broken.jpg'))
    await move()
    expect(await move()).toMatchObject({ named: 0, before: 3, failed: [], notes: [] })
  })

  test('another picture under the path of one that was moved is a new one; both go back as far as they can', async () => {
    await move()
    await writeFiles(folders.source, { 'a.jpg': 'dog 0.6 another' })
    expect(await move()).toMatchObject({ named: 1, before: 3 })
    expect(await contents(folders.destination)).toMatchObject({ 'dog-0.60000.jpg': 'dog 0.6 another' })
    const { restored, failed } = await undo()
    expect(restored).toBe(3)
    expect(failed).toEqual([{ original: 'a.jpg', reason: expect.stringContaining('it stays as "cat-0.90000.jpg"') }])
    expect(await contents(folders.source)).toEqual({ ...FILES, 'a.jpg': 'dog 0.6 another' })
    expect((await contents(folders.destination))['results.csv']).toBe(
      '\uFEFFname,original,source,sha256,label,unsure,cat,dog,error\ncat-0.90000.jpg,a.jpg,SOURCE,SHA256,cat,,0.90000,0.10000,\n',
    )
  })

  test('a move cut off between its two names is finished', async () => {
    await guessDir(textModel, folders.source, folders.destination)
    expect(await move()).toMatchObject({ named: 0, before: 3 })
    expect(await contents(folders.source)).toEqual({ 'broken.jpg': 'no picture' })
  })

  test('leaves links where they are, and never removes what a link leads to', async () => {
    await symlink('a.jpg', join(folders.source, 'link.jpg'))
    expect((await move()).skipped).toEqual([{ original: 'link.jpg', reason: 'a link, which stays where it is' }])
    const place = join(folders.destination, 'cat-0.90000.jpg')
    await rename(place, join(folders.source, 'a.jpg'))
    await symlink(join(folders.source, 'a.jpg'), place)
    await move()
    expect(Object.values(await contents(folders.root)).filter(text => text === 'cat 0.9 a')).toHaveLength(1)
    await undo()
    expect(Object.values(await contents(folders.root)).filter(text => text === 'cat 0.9 a')).toHaveLength(1)
  })
})

describe('--undo', () => {
  test('of copies removes those whose originals are there, byte for byte', async () => {
    await guessDir(textModel, folders.source, folders.destination)
    await writeFile(join(folders.destination, 'cat-0.90000.jpg'), 'cropped')
    await rm(join(folders.source, 'b.jpg'))
    const { restored, removed, failed } = await undo()
    expect({ restored, removed }).toEqual({ restored: 1, removed: 1 })
    expect(failed).toMatchObject([{ original: 'a.jpg' }])
    expect(await contents(folders.source)).toEqual(FILES)
    expect(await contents(folders.destination)).toMatchObject({ 'cat-0.90000.jpg': 'cropped' })
  })

  test('can be rehearsed, and stopped, and gone on with', async () => {
    await move()
    expect(await undo({ dryRun: true })).toEqual({ restored: 3, removed: 0, failed: [], others: 0, notes: [] })
    expect(await contents(folders.source)).toEqual({ 'broken.jpg': 'no picture' })
    const stop = new AbortController()
    await expect(undo({ signal: stop.signal, onEvent: () => stop.abort('enough') })).rejects.toBe('enough')
    expect(existsSync(join(folders.destination, 'results.csv'))).toBe(true)
    expect(await undo()).toEqual({ restored: 2, removed: 0, failed: [], others: 0, notes: [] })
    expect(await contents(folders.source)).toEqual(FILES)
  })

  test('says what is gone, and that there is nothing to undo', async () => {
    await move()
    await rm(join(folders.destination, 'dog-0.75000.PNG'))
    expect(await undo()).toMatchObject({
      restored: 2,
      failed: [{ original: 'nested/deep/c.PNG', reason: '"dog-0.75000.PNG" is gone from the destination' }],
    })
    await expect(undoGuessDir(folders.source, join(folders.root, 'other'))).rejects.toMatchObject({
      code: 'E_NO_RESULTS',
    })
  })

  test('asks for a source that was removed when it was empty', async () => {
    await rm(join(folders.source, 'broken.jpg'))
    await move()
    await rm(folders.source, { recursive: true })
    await expect(undo()).rejects.toMatchObject({ code: 'E_NO_SOURCE', hint: expect.stringContaining('make it again') })
    await mkdir(folders.source)
    expect(await undo()).toMatchObject({ restored: 3 })
  })

  test('follows no link out of the source', async () => {
    await move()
    await rm(join(folders.source, 'nested'), { recursive: true })
    await writeFiles(folders.root, { 'outside/deep/x': '' })
    await symlink(join(folders.root, 'outside'), join(folders.source, 'nested'))
    expect(await undo()).toMatchObject({ restored: 2, failed: [{ original: 'nested/deep/c.PNG' }] })
    expect(await contents(join(folders.root, 'outside'))).toEqual({ 'deep/x': '' })
  })
})

const OTHER_DISK = '/dev/shm'

describe('placing', () => {
  test('never overwrites', async () => {
    const [from, to] = [join(folders.source, 'a.jpg'), join(folders.source, 'b.jpg')]
    await expect(copyNew(from, to)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(moveNew(from, to)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await contents(folders.source)).toEqual(FILES)
  })

  test('knows a second copy from a second way to the same', async () => {
    const path = (name: string) => join(folders.source, name)
    await copyNew(path('a.jpg'), path('copy'))
    await symlink('a.jpg', path('link'))
    await symlink('source', join(folders.root, 'alias'))
    expect(await isSecondCopy(path('a.jpg'), path('copy'))).toBe(true)
    expect(await isSecondCopy(path('a.jpg'), path('b.jpg'))).toBe(false)
    expect(await isSecondCopy(path('a.jpg'), path('link'))).toBe(false)
    expect(await isSecondCopy(path('a.jpg'), join(folders.root, 'alias', 'a.jpg'))).toBe(false)
    expect(await isSecondCopy(path('a.jpg'), path('nothing'))).toBe(false)
  })

  test.runIf(existsSync(OTHER_DISK))('moves to another disk and back', async () => {
    const other = await makeFolders({}, OTHER_DISK)
    expect((await stat(other.root)).dev).not.toBe((await stat(folders.root)).dev)
    expect(await guessDir(textModel, folders.source, other.destination, { move: true })).toMatchObject({ named: 3 })
    expect(await contents(folders.source)).toEqual({ 'broken.jpg': 'no picture' })
    expect(Object.keys(await contents(other.destination))).toHaveLength(4)
    expect(await undoGuessDir(folders.source, other.destination)).toMatchObject({
      restored: 3,
      failed: [],
      others: 0,
      notes: [],
    })
    expect(await contents(folders.source)).toEqual(FILES)
  })
})
