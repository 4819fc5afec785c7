import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it, test } from 'vitest'
import { readHeldOut } from '../../src/dataset/heldOut.ts'
import { type KeptResults, ResultsFile, resultsOf } from '../../src/studio/results.ts'
import { SettingsFile } from '../../src/studio/settings.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const model = {
  id: 'abc',
  accuracy: 0.9,
  interval: [0.8, 0.95],
  pictures: 40,
  labels: ['a', 'b'],
  trainedAt: '2020-01-01T00:00:00Z',
  stale: null,
} as const

const SOUND: Required<KeptResults> = {
  trained: {
    labels: ['a', 'b'],
    confusion: [
      [19, 1],
      [3, 17],
    ],
    perCategory: [{ label: 'a', pictures: 20, right: 19, recall: 0.95, recallInterval: [0.7, 1], precision: null }],
    curve: [{ pictures: 10, accuracy: 0.8, low: 0.7, high: 0.9, forecast: false }],
    scores: [{ score: 0.5, precision: 0.9, share: 1 }],
    mistakes: [{ path: 'a/1.jpg', given: 'a', predicted: 'b', score: 0.7 }],
    names: { 'a/1.jpg': 'b', constructor: 'a' },
    outcome: { kind: 'train', before: null, after: model, distinct: true, renamed: 1, seconds: 2, warnings: [] },
  },
  examined: {
    at: '2020-01-01T00:00:00Z',
    findings: [{ kind: 'label', path: 'a/1.jpg', what: 'looks like b', remedy: 'Look.', others: ['b/2.jpg'] }],
  },
}

async function kept(content: unknown): Promise<KeptResults> {
  const path = join(await tempFolder(), 'results.json')
  await fs.writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return (await ResultsFile.read(path, true)).kept
}

/** Every place in a value that holds another value, as the keys that lead to it. */
function placesIn(value: unknown, above: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[...above, key], ...placesIn(inner, [...above, key])])
}

function mutated(value: object, place: readonly string[], by: unknown): unknown {
  const copy = structuredClone(value)
  const owner = place.slice(0, -1).reduce<Record<string, unknown>>((inner, key) => inner[key] as never, copy as never)
  owner[place.at(-1)!] = by
  return copy
}

describe('what the studio found before', () => {
  it('is read as it was written', async () => {
    expect(await kept(SOUND)).toEqual(SOUND)
  })

  it.each(['', 'null', '[]', '"text"', '{', '{"trained":null,"examined":3}'])('%s counts as nothing', async text => {
    expect(await kept(text)).toEqual({})
  })

  it.each(['trained', 'examined'] as const)(
    '%s with one value of another kind is left out, the rest stays',
    async part => {
      const { [part]: own, ...rest } = SOUND
      const places = placesIn(own)
      expect(places.length).toBeGreaterThan(5)
      const path = join(await tempFolder(), 'results.json')
      for (const place of places) {
        await fs.writeJson(path, { ...rest, [part]: mutated(own, place, [[['odd']]]) })
        expect((await ResultsFile.read(path, true)).kept, place.join('.')).toEqual(rest)
      }
    },
  )
})

describe('the tables of a training', () => {
  const { trained } = SOUND

  it('are of the model that it made, whatever its categories are called since', () => {
    expect(resultsOf(trained, { ...model, trainedAt: '2021-01-01T00:00:00Z' })).toEqual(trained)
    expect(resultsOf(trained, { ...model, labels: ['roses', 'b'] })).toMatchObject({
      labels: ['roses', 'b'],
      perCategory: [{ label: 'roses' }],
      mistakes: [{ path: 'roses/1.jpg', given: 'roses', predicted: 'b' }],
    })
  })

  it.each([
    ['another model, trained in a terminal', { ...model, id: 'def' }],
    ['a model of other categories', { ...model, labels: ['a', 'b', 'c'] }],
    ['no model', null],
  ])('are not told of %s', (_, there) => {
    expect(resultsOf(trained, there)).toBeUndefined()
  })

  it('that an older studio kept are known by their figures', () => {
    const { id: _, ...after } = model
    const older = { ...trained, outcome: { ...trained.outcome, after } }
    expect(resultsOf(older, model)).toEqual(older)
    expect(resultsOf(older, { ...model, accuracy: 0.91 })).toBeUndefined()
  })
})

test('settings that are none are the usual ones, one by one', async () => {
  const root = await tempFolder()
  const path = join(root, 'studio', 'settings.json')
  const odd = { keys: { a: 7 }, captureRate: 1e9, tileSize: 200, shortcuts: null, held: [3], __proto__x: 1 }
  for (const text of ['', '[1]', '7', '{"keys":[]}', JSON.stringify(odd)]) {
    await fs.outputFile(path, text)
    const { settings } = await SettingsFile.read(path)
    expect(settings).toMatchObject({ keys: {}, captureRate: 5, shortcuts: true })
    expect(settings.tileSize).toBe(text.includes('200') ? 200 : 160)
    expect(await readHeldOut(root)).toEqual(new Set())
  }
})
