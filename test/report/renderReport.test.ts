import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/assess/metrics.ts'
import { renderReport } from '../../src/report/renderReport.ts'
import { PIXEL, sampleReport } from '../helpers/reportFixture.ts'

const none = async () => undefined

test('shows the figures of the data', async () => {
  const data = sampleReport(['cat', 'big_dog'], 12)
  const page = await renderReport(data, async () => PIXEL)
  expect(data.evaluation).toMatchObject({ pictures: 24, right: 20 })
  expect(page).toContain('About 83 in 100 pictures are named right')
  expect(page).toContain('between 64.1\u202f% and 93.3\u202f%')
  expect(page).toContain('2 pictures of big dog named cat: show')
  expect(page).toContain('itc train ./pets --seed 1')
  expect(page.match(/<svg/g)).toHaveLength(8) // four charts for wide and narrow screens
})

test('says from which score on names can be relied on, and what that costs', async () => {
  const data = sampleReport(['cat', 'dog'], 60)
  const text = async (certainty: typeof data.certainty) =>
    (await renderReport({ ...data, certainty }, async () => PIXEL)).replace(/<[^>]*>/g, '')
  expect(await text(data.certainty)).toMatch(/rely on scores from 70.% on: 83\.3.% of pictures reach it/)
  expect(await text([{ threshold: 0, pictures: 120, right: 120 }])).toContain(
    'Whatever its scores, its names are right',
  )
  expect(await text([{ threshold: 0, pictures: 120, right: 90 }])).toContain('No score is known to be right 95 in 100')
  expect(await text([])).not.toContain('95 in 100 times')
})

test('loads nothing, and names that look like HTML stay names', async () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>'
  const page = await renderReport({ ...sampleReport([evil, 'b'], 6), title: evil }, none)
  expect(page).not.toContain('<script>alert')
  expect(page).not.toContain('<img src=x')
  expect(page).not.toMatch(/(?:src|href)="(?!#)/)
  expect(page).not.toMatch(/url\((?!#)/)
  expect(page).not.toContain('http://www')
})

test('same data, same bytes', async () => {
  const data = sampleReport(['cat', 'dog'], 12)
  expect(await renderReport(data, none)).toBe(await renderReport(data, none))
})

test('what is not a data: image is not taken', async () => {
  const page = await renderReport(sampleReport(['cat', 'dog'], 6), async () => 'https://example.com/x.png')
  expect(page).not.toContain('example.com')
})

test('stays under 3 MB for 1,000 pictures with large thumbnails, half of them mistakes', async () => {
  const data = sampleReport(['a', 'b', 'c', 'd'], 250)
  const pictures = data.pictures.map((picture, at) => (at % 2 ? picture : { ...picture, predicted: (at / 2) % 4 }))
  const page = await renderReport({ ...data, pictures }, async () => `data:image/webp;base64,${'A'.repeat(12_000)}`)
  expect(Buffer.byteLength(page)).toBeLessThan(3_000_000)
})

describe('data at the edges', () => {
  test('forty categories: pairs instead of a table', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `kind_${at}`)
    const page = await renderReport(sampleReport(names, 6), none)
    expect(page).toContain('the pairs that are mixed up most')
    expect(page).not.toContain('class="confusion"')
  })

  test('100,000 pictures, all confused and all skipped ones named, stay within the size too', async () => {
    const data = sampleReport(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 12_500)
    const pictures = data.pictures.map((picture, at) => ({ ...picture, predicted: at % 8 }))
    const skipped = data.pictures.map(({ path }) => ({ path, reason: 'not a picture' }))
    const page = await renderReport({ ...data, pictures, skipped }, none)
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000)
  })

  test('no pictures', async () => {
    const evaluation = evaluate({ logits: new Float32Array(0), labels: new Int32Array(0), categories: 2 })
    const { title, recipe } = sampleReport(['a', 'b'], 0)
    const basis = { kind: 'folder' } as const
    const data = { title, recipe, basis, categories: ['a', 'b'], pictures: [], evaluation, skipped: [] }
    const page = await renderReport(data, none)
    expect(page).toContain('No pictures to measure on')
    expect(page).not.toMatch(/NaN|>undefined|Infinity/)
  })

  test('everything right, no extras', async () => {
    const { history: _, curve: __, doubts: ___, separation: ____, ...data } = sampleReport(['a', 'b'], 5)
    const page = await renderReport(data, none)
    expect(page).toContain('All pictures are named right')
    expect(page).toContain('No mistakes')
    expect(page).not.toMatch(/NaN|Infinity/)
  })
})
