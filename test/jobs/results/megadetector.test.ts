import { expect, it } from 'vitest'
import type { ResultRow } from '../../../src/jobs/guessAll/rows.ts'
import { megadetectorTable } from '../../../src/jobs/results/megadetector.ts'

const LABELS = ['fox', 'Human', 'empty', 'red_deer']

function row(key: string, scores: readonly number[], error?: string): ResultRow {
  const best = scores.indexOf(Math.max(...scores))
  const named =
    error === undefined ? { label: LABELS[best], score: scores[best], unfamiliar: false, scores } : undefined
  const none = { label: undefined, score: undefined, unfamiliar: undefined, scores: LABELS.map(() => undefined) }
  return { key, size: 1, etag: 'a', error, ...(named ?? none) }
}

function written(...groups: ResultRow[][]): string {
  const table = megadetectorTable(LABELS)
  return [table.begin(), ...groups.map(rows => table.rows(rows)), table.end()].join('')
}

const text = written(
  [row('a/fox "1".jpg', [0.7, 0.05, 0.05, 0.2]), row('b.jpg', [0.1, 0.8, 0.05, 0.05])],
  [row('c.jpg', [0.1, 0.1, 0.7, 0.1]), row('d.jpg', [], 'not a picture'), row('e.jpg', [1, 0, 0, 0])],
)
const json = JSON.parse(text)

// https://lila.science/megadetector-output-format: what it says of each field.
it('has what the format asks for', () => {
  expect(json.info.format_version).toMatch(/^\d+\.\d+$/)
  for (const ids of [json.detection_categories, json.classification_categories]) {
    for (const [id, name] of Object.entries(ids)) {
      expect(id).toMatch(/^\d+$/)
      expect(name).toMatch(/./)
    }
  }
  for (const { file, detections, failure } of json.images) {
    expect(file).toEqual(expect.any(String))
    expect(failure === undefined).toBe(Array.isArray(detections))
    for (const { category, conf, bbox, classifications } of detections ?? []) {
      expect(json.detection_categories).toHaveProperty(category)
      expect(conf).toBeLessThanOrEqual(1)
      expect(bbox).toEqual([0, 0, 1, 1])
      for (const [id] of classifications) expect(json.classification_categories).toHaveProperty(id)
      const scores = classifications.map(([, score]: [string, number]) => score)
      expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
    }
  }
})

it('writes every number with a point: the format’s own check takes 1 for no confidence', () => {
  expect(text).not.toMatch(/"conf":\d+[,}]/)
  expect(text).toContain('"conf":1.00000')
})

it('tells animals, people and nothing apart by the names of the categories', () => {
  const of = (file: string) => json.images.find((image: { file: string }) => image.file === file)
  expect(of('a/fox "1".jpg').detections).toEqual([
    {
      category: '1',
      conf: 0.9,
      bbox: [0, 0, 1, 1],
      classifications: [
        ['0', 0.7],
        ['3', 0.2],
      ],
    },
  ])
  expect(of('b.jpg').detections[0]).toMatchObject({ category: '2', conf: 0.8, classifications: [['1', 0.8]] })
  expect(of('c.jpg').detections).toEqual([])
  expect(of('d.jpg')).toEqual({ file: 'd.jpg', failure: 'not a picture', detections: null })
})

it('is JSON without pictures too', () => {
  expect(JSON.parse(written([])).images).toEqual([])
})
