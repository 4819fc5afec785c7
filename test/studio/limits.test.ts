import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import type { ApiError, BatchEnd, UploadAnswer } from '../../src/studio/api.ts'
import { filesIn, openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'

const folder = () => pictureFolder({ 'data/a': 1, 'data/b': 1 })
const wrongIn = async (answer: Response) => [answer.status, (await answer.json()) as ApiError] as const

test('under 500 MB free nothing is taken in, and nothing is left of it', async () => {
  const root = await folder()
  const before = await filesIn(root)
  const { ask } = await openStudio(root, { engine: false, limits: { freeBytes: Number.MAX_SAFE_INTEGER } })
  const upload = () =>
    tinyPicture(5).then(body => ask('api/upload?batch=b&name=x.png', { method: 'PUT', body: new Uint8Array(body) }))
  const [status, { code, message, hint }] = await wrongIn(await upload())
  expect([status, code, hint]).toEqual([507, 'E_DISK_FULL', 'Free some space first.'])
  expect(message).toMatch(/^The disk has only \d+ MB left: no more pictures are taken\.$/)
  expect(await filesIn(root)).toEqual(before)
  expect(await fs.pathExists(join(root, 'studio/incoming'))).toBe(false)
})

test('a batch takes so many pictures and no more; those that came stay, as one entry', async () => {
  const { ask, json } = await openStudio(await folder(), { engine: false, limits: { batch: 2 } })
  const put = async (number: number, batch: string) => {
    const body = new Uint8Array(await tinyPicture(number))
    return ask(`api/upload?batch=${batch}&category=a&name=n${number}.png`, { method: 'PUT', body })
  }
  for (const number of [30, 31])
    expect(((await (await put(number, 'one')).json()) as UploadAnswer).id).toBeGreaterThan(0)
  const [status, { code, message }] = await wrongIn(await put(32, 'one'))
  expect([status, code, message]).toEqual([413, 'E_TOO_LARGE', 'A batch takes 2 pictures.'])
  expect((await json<BatchEnd>('api/batch/one/end', { method: 'POST' })).added).toBe(2)
  expect((await put(32, 'two')).status).toBe(201)
})

test('the door for a phone takes so many pictures, then says to open it again', async () => {
  const { studio } = await openStudio(await folder(), { engine: false, limits: { fromPhone: 2 } })
  const put = async (address: string, number: number) => {
    const body = new Uint8Array(await tinyPicture(number))
    return fetch(`${address}picture?name=IMG.png`, { method: 'PUT', body })
  }
  const { address } = await studio.phone.open('a', '127.0.0.1')
  for (const number of [20, 21]) expect((await put(address, number)).status).toBe(201)
  const [status, { message }] = await wrongIn(await put(address, 22))
  expect([status, message]).toEqual([413, 'This door takes 2 pictures: open it again for more.'])
  expect(studio.collection.table.count('a')).toBe(3)
  expect((await put((await studio.phone.open('a', '127.0.0.1')).address, 22)).status).toBe(201)
})
