import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { scanCategories } from '../../src/dataset/scan.ts'
import { readPicture } from '../../src/image/read.ts'
import { countLearnt } from '../../src/jobs/evaluate/learnt.ts'
import { noise } from '../helpers/samples.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const refused = vi.hoisted(() => ({ times: 0, code: 'EMFILE' }))

vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const stat = (path: string, done: (error: Error | null, stats?: unknown) => void) => {
    if (refused.code === 'ENOMEM' && refused.times > 0) done(Object.assign(new Error('ENOMEM'), { code: 'ENOMEM' }))
    else fs.stat(path, done)
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
  const { pictures } = await scanCategories(data)
  refused.times = 0
  expect(await countLearnt(pictures, { root: folder, folders: [data] })).toBe(1)
  Object.assign(refused, { times: 1, code: 'ENOMEM' })
  await expect(countLearnt(pictures, { root: folder, folders: [data] })).rejects.toMatchObject({ code: 'ENOMEM' })
})

it('another refusal is, at once', async () => {
  Object.assign(refused, { times: 1, code: 'EACCES' })
  const failed = await readPicture(path).catch(error => error)
  expect([failed.name, failed.message]).toEqual(['PictureError', expect.stringContaining('no permission to read it')])
  await rm(path)
})
