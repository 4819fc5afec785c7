import { expect, test } from 'vitest'
import type { ApiError, BatchEnd } from '../../src/studio/api.ts'
import { openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'

/** As the page sends them. */
const AT_ONCE = 3
const BATCH = 20_000
const FROM_PHONE = 500

const picture = await tinyPicture(1)
/** Stray bytes behind the end make each another file. */
const numbered = (number: number) => new Uint8Array(Buffer.concat([picture, Buffer.from(String(number))]))

/** @returns how often each status was answered */
async function putAll(count: number, put: (number: number) => Promise<Response>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  let next = 0
  const work = async () => {
    while (next < count) {
      const { status } = await put(next++)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return statuses
}

test(`a batch of ${BATCH} pictures comes whole, as one entry that is taken back at once; the next picture is refused`, async () => {
  const { studio, ask, json, post } = await openStudio(await pictureFolder({ 'data/a': 1, 'data/b': 1 }))
  const put = (number: number) =>
    ask(`api/upload?batch=big&category=a&name=${number}.png`, { method: 'PUT', body: numbered(number) })
  expect([...(await putAll(BATCH, put))]).toEqual([[201, BATCH]])
  const refused = await put(BATCH)
  expect([refused.status, ((await refused.json()) as ApiError).message]).toEqual([
    413,
    `A batch takes ${BATCH} pictures.`,
  ])
  const { entry, added } = await json<BatchEnd>('api/batch/big/end', { method: 'POST' })
  expect([added, studio.collection.table.count('a')]).toEqual([BATCH, BATCH + 1])
  await post('api/undo', { expect: entry })
  expect(studio.collection.table.count('a')).toBe(1)
})

test(`a phone brings ${FROM_PHONE} pictures, then the door has to be opened again`, async () => {
  const { studio } = await openStudio(await pictureFolder({ 'data/a': 1, 'data/b': 1 }))
  const { address } = await studio.phone.open('a', '127.0.0.1')
  const put = (number: number) => fetch(`${address}picture?name=IMG.png`, { method: 'PUT', body: numbered(number) })
  expect([...(await putAll(FROM_PHONE, put))]).toEqual([[201, FROM_PHONE]])
  expect((await put(FROM_PHONE)).status).toBe(413)
  expect(studio.collection.table.count('a')).toBe(FROM_PHONE + 1)
})
