import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { scanCategories } from '../../src/dataset/scan.ts'
import { readPicture } from '../../src/image/read.ts'
import { countLearnt } from '../../src/jobs/evaluate/learnt.ts'
import { noise } from '../helpers/samples.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const refused = vi.hoisted(() => ({ times: 0, code: 'EMFILE', folder: '' }))

vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const readdir = async (...args: unknown[]) => {
    if (String(args[0]) === refused.folder) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' })
    return Reflect.apply(fs.readdir, fs, args)
  }
  return { ...fs, readdir }
})

vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const stat = (...args: unknown[]) => {
    const done = args.at(-1) as (error: Error) => void
    if (refused.code === 'ENOMEM' && refused.times > 0) done(Object.assign(new Error('ENOMEM'), { code: 'ENOMEM' }))
    else Reflect.apply(fs.stat, fs, args)
  }
  const open = (path: string, flags: number, done: (error: Error | null, file?: number) => void) => {
    if (refused.times-- > 0) done(Object.assign(new Error(refused.code), { code: refused.code }))
    else fs.open(path, flags, done)
  }
  return { ...fs, open, stat }
})

const folder = await sharedFolder()
const path = join(folder, 'picture')

it.each(['EMFILE', 'ENFILE'])('a picture is read as soon as others are closed (%s)', async code => {
  await writeFile(path, await noise().jpeg().toBuffer())
  Object.assign(refused, { times: 3, code })
  expect((await readPicture(path)).bytes.length).toBeGreaterThan(100)
})

it('that too many files are open for good is not called a fault of the picture', async () => {
  Object.assign(refused, { times: Number.POSITIVE_INFINITY, code: 'EMFILE' })
  const failed = await readPicture(path).catch(error => error)
  expect([failed.name, failed.code]).toEqual(['Error', 'EMFILE'])
})

it('nor is it that memory is short', async () => {
  Object.assign(refused, { times: 1, code: 'ENOMEM' })
  const failed = await readPicture(path).catch(error => error)
  expect([failed.name, failed.code]).toEqual(['Error', 'ENOMEM'])
})

it('what a model was trained on is not counted as new for it', async () => {
  const data = join(folder, 'data')
  await mkdir(join(data, 'owl'), { recursive: true })
  await writeFile(join(data, 'owl', 'one.jpg'), await noise().jpeg().toBuffer())
  refused.times = 0
  const { pictures } = await scanCategories(data)
  expect(await countLearnt(pictures, { root: folder, folders: [data] })).toBe(1)
  Object.assign(refused, { times: Number.POSITIVE_INFINITY, code: 'EMFILE' })
  await expect(countLearnt(pictures, { root: folder, folders: [data] })).rejects.toMatchObject({ code: 'EMFILE' })
})

it('nor is a folder within a category left out for it', async () => {
  const data = join(folder, 'deep')
  await mkdir(join(data, 'owl', 'more'), { recursive: true })
  await writeFile(join(data, 'owl', 'one.jpg'), await noise().jpeg().toBuffer())
  refused.folder = join(data, 'owl', 'more')
  await expect(scanCategories(data)).rejects.toMatchObject({ code: 'EMFILE' })
})

it('another refusal is, at once', async () => {
  Object.assign(refused, { times: 1, code: 'EACCES' })
  const failed = await readPicture(path).catch(error => error)
  expect([failed.name, failed.message]).toEqual(['PictureError', expect.stringContaining('no permission to read it')])
  await rm(path)
})
