import { expect, test } from 'vitest'
import { mutatedPictures } from '../helpers/mutated.ts'
import { outcome } from '../helpers/samples.ts'

/** All of them in test/slow/mutations.test.ts. */
const PICTURES = process.env.ITC_ALL_MUTATIONS ? 2000 : 300

test(`${PICTURES} mutated pictures are decoded or reported, none hangs`, async () => {
  const pictures = await mutatedPictures(PICTURES)
  // `outcome` throws on whatever is not a PictureError.
  const reasons = await Promise.all(
    pictures.map((bytes, i) =>
      outcome(bytes, { allowTruncated: i % 5 === 0 }, (['stretch', 'crop', 'pad'] as const)[i % 3]),
    ),
  )
  const kinds = new Set(reasons.map(reason => reason.replace(/[\d.]+( million)?/g, 'N')))
  for (const kind of ['ok', 'truncated JPEG', 'damaged PNG', 'not a picture']) expect(kinds).toContain(kind)
  expect(
    [...kinds].filter(kind => kind.includes('within') || kind.includes('bytes')).filter(kind => !kind.includes('zero')),
  ).toEqual([])
  expect(reasons.filter(reason => reason === 'ok').length).toBeGreaterThan(PICTURES / 10)
})
