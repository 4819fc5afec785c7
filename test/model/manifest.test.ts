import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parseManifest } from '../../src/model/manifest.ts'
import { printable } from '../../src/text.ts'

const SHA256 = 'ab'.repeat(32)
const WHOLE = {
  format: 1,
  itc: '1.0.0',
  labels: ['cat', 'dog'],
  backbones: [
    {
      file: 'net.onnx',
      sha256: SHA256,
      name: 'net',
      weightsSha256: SHA256,
      features: 4,
      recipe: { size: 32, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1] },
    },
  ],
  head: { file: 'head.f32', sha256: SHA256 },
  engine: 'onnx',
  options: { head: 'mixed', steps: 50, batch: 100, learningRate: 0.01, seed: 1, folds: 5, validation: 0.1, test: 0.1 },
  counts: { train: 6, validation: 1, test: 1, skipped: 1, categories: { cat: 4, dog: 4 } },
  metrics: {
    crossValidation: { pictures: 8, right: 7, accuracy: 0.875, interval: { low: 0.5, high: 0.98 }, folds: 5 },
  },
  temperature: 1.5,
  skipped: [{ relative: 'cat/5.jpg', reason: 'an empty file' }],
  certainty: [{ threshold: 0, pictures: 8, right: 7 }],
  familiarity: {
    file: 'seen.i8',
    sha256: SHA256,
    rows: 8,
    rule: {
      energyWeight: 0.5,
      threshold: -1,
      cosine: { mean: 0.5, deviation: 0.1 },
      energy: { mean: 3, deviation: 1 },
    },
  },
  graph: { sha256: SHA256, backbones: { bytes: 10, sha256: SHA256 }, bottlenecks: ['features'] },
}

function parsed(text: string) {
  return parseManifest(text, 'model/manifest.json')
}

test('a whole manifest is taken as it is, and without what older ones lack', () => {
  expect(parsed(JSON.stringify(WHOLE))).toEqual(WHOLE)
  const { certainty, familiarity, graph, ...old } = WHOLE
  expect(parsed(JSON.stringify(old))).toEqual(old)
})

test('cut short anywhere it is a sentence', () => {
  const text = JSON.stringify(WHOLE)
  for (let length = 0; length < text.length; length += 7) {
    expect(() => parsed(text.slice(0, length))).toThrow(UserError)
  }
})

/** Every value of a document, as the path that leads to it. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function withValue(path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(WHOLE) as Record<string, unknown>
  let inner = copy
  for (const key of path.slice(0, -1)) inner = inner[key] as Record<string, unknown>
  inner[path.at(-1)!] = value
  return copy
}

const places = pathsOf(WHOLE).filter(path => path.length > 0)
const TEXT = /^(itc|engine|labels\.\d|backbones\.0\.(name|weightsSha256)|skipped\.0\.\w+|graph\.bottlenecks\.0)$/
/** As the text of a JSON file can say it. */
const WRONG: Readonly<Record<string, unknown>> = {
  nothing: null,
  'yes or no': false,
  'an empty object': {},
  'an empty list': [],
  'no text': '',
  'a path': '../../etc/passwd\u001b[2J',
  'a wild number': -1.5,
  infinity: 'Infinity', // written as 1e999
  'an object of another kind': JSON.parse('{"__proto__": {"length": 2}, "constructor": 1, "file": 7}'),
}
/** Which of them some places do take. */
const TAKEN = /^(bottlenecks|skipped): an empty list$|^categories: an empty object$|^metrics: an |^accuracy: nothing$/

function sentenceOf(text: string): string {
  try {
    parsed(text)
    return 'taken'
  } catch (error) {
    return error instanceof UserError ? error.message : String(error)
  }
}

test('each value in turn replaced by each of another kind is a sentence, and 417 of these at least', () => {
  let mutations = 0
  for (const path of places) {
    const place = path.join('.')
    for (const [kind, wrong] of Object.entries(WRONG)) {
      if (TAKEN.test(`${path.at(-1)}: ${kind}`)) continue
      if (kind === 'a path' && TEXT.test(place)) continue
      if (wrong === '' && /^(itc|engine|skipped)/.test(place)) continue
      if (wrong === -1.5 && /(seed|learningRate|threshold|mean|scale)(\.\d)?$/.test(place)) continue
      mutations++
      const text = JSON.stringify(withValue(path, wrong)).replace('"Infinity"', '1e999')
      const said = sentenceOf(text)
      expect(said, `${place}: ${kind}`).toMatch(/^The model model\/manifest\.json is damaged: .+\.$/)
      expect(said).toBe(printable(said))
    }
  }
  expect(mutations).toBeGreaterThan(417)
})

test.each([
  ['labels', ['cat', 'cat'], 'labels is not all different'],
  ['labels', ['cat', 7], 'labels.1 is no text'],
  ['labels', undefined, 'labels is missing'],
  ['temperature', 0, 'temperature is not between 1e-9 and 1000000000'],
  ['backbones', [{ ...WHOLE.backbones[0], file: '.hidden' }], 'backbones.0.file is no name of a file beside it'],
  ['backbones', [{ ...WHOLE.backbones[0], features: 3, inner: [4] }], 'backbones.0 is too short for its inner layers'],
  ['counts', { ...WHOLE.counts, categories: { constructor: 'x' } }, 'counts.categories is not as it was written'],
])('%s: %j', (field, value, problem) => {
  expect(() => parsed(JSON.stringify({ ...WHOLE, [field]: value }))).toThrow(`is damaged: ${problem}.`)
})

test('a category may have a name that every object knows', () => {
  const labels = ['__proto__', 'constructor']
  const text = JSON.stringify({ ...WHOLE, labels }).replace('"cat":4,"dog":4', '"__proto__":4,"constructor":4')
  expect(Object.entries(parsed(text).counts.categories)).toEqual(labels.map(label => [label, 4]))
})
