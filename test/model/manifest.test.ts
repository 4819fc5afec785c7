import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parseManifest } from '../../src/model/manifest.ts'

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

// What nothing is computed from.
const FREE = /^(itc|backbones\.0\.weightsSha256|graph\.backbones\.sha256|graph\.bottlenecks\.0)$/
const used = pathsOf(WHOLE).filter(path => path.length > 0 && !FREE.test(path.join('.')))

test.each(used.map(path => [path.join('.'), path] as const))('%s of a wrong kind is a sentence', (_, path) => {
  for (const wrong of [null, {}, false]) {
    expect(() => parsed(JSON.stringify(withValue(path, wrong))), JSON.stringify(wrong)).toThrow(UserError)
  }
})
