import { describe, expect, it } from 'vitest'
import { batchId } from '../../../src/jobs/guessAll/plan.ts'
import { OtherJob, readHanded } from '../../../src/jobs/worker/handedBatch.ts'
import { batchJob } from '../../../src/queue/batchJob.ts'

const MODEL = 'a'.repeat(64)
const items = [
  { key: 'cam/1.jpg', size: 10, etag: '"x"', modified: 0 },
  { key: 'cam/2.jpg', size: undefined, etag: '', modified: 0 },
]
const places = { model: MODEL, source: 's3://traps/', results: 's3://results/' }
/** As it comes out of a queue. */
const job = JSON.parse(JSON.stringify(batchJob(batchId(items, MODEL), items, places)))

describe('a job from a queue', () => {
  it('says again what was put in', () => {
    expect(readHanded(job, MODEL).batch).toEqual({ id: batchId(items, MODEL), items })
  })

  it('of another model, or another version of itc, is told from one that was made up', () => {
    expect(() => readHanded(job, 'b'.repeat(64))).toThrow(OtherJob)
    expect(() => readHanded({ ...job, format: 2 }, MODEL)).toThrow(/another version of itc/)
  })

  it.each([
    ['other pictures under its id', { items: [['../../etc/passwd', 1, '']] }],
    ['no pictures', { items: [] }],
    ['more pictures than a batch has', { items: Array.from({ length: 300 }, () => ['a', 1, '']) }],
    ['an id that would be a path', { batch: '../x' }],
  ])('with %s is refused for good', (_, change) => {
    expect(() => readHanded({ ...job, ...change }, MODEL)).toThrow(expect.objectContaining({ kind: 'refuse' }))
  })

  it.each([undefined, null, 'text', {}])('that is %s is refused for good', data => {
    expect(() => readHanded(data, MODEL)).toThrow(expect.objectContaining({ kind: 'refuse' }))
  })
})
