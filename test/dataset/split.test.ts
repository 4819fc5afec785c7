import { expect, test } from 'vitest'
import { findConflicts, folds, type SplitExample, splitExamples } from '../../src/dataset/split.ts'
import { hashBytes } from '../../src/disk/identity.ts'

const hash = (name: string) => hashBytes(Buffer.from(name))
const make = (label: string, count: number): SplitExample[] =>
  Array.from({ length: count }, (_, i) => ({ label, hash: hash(`${label} ${i}`) }))
const tally = (parts: readonly (string | number)[]) => {
  const counts: Record<string, number> = {}
  for (const part of parts) counts[part] = (counts[part] ?? 0) + 1
  return counts
}

test('hashes bytes with SHA-256', () => {
  expect(hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('holds out a tenth of each category for validation and a tenth for testing', () => {
  expect(tally(splitExamples(make('cat', 100)))).toEqual({ train: 80, validation: 10, test: 10 })
  expect(tally(splitExamples([...make('cat', 100), ...make('dog', 40)]))).toEqual({
    train: 112,
    validation: 14,
    test: 14,
  })
})

test.each([3, 4, 5, 7, 9])('gives %i pictures some of each part, whatever the fractions', count => {
  for (const [validation, testing] of [
    [0.1, 0.1],
    [0.45, 0.45],
    [0.01, 0.9],
    [0.9, 0.01],
  ] as const) {
    const parts = tally(splitExamples(make('cat', count), { validation, test: testing }))
    expect(Object.keys(parts).sort()).toEqual(['test', 'train', 'validation'])
  }
})

test('holds nothing out for a fraction of 0', () => {
  expect(tally(splitExamples(make('cat', 10), { validation: 0, test: 0.2 }))).toEqual({ train: 8, test: 2 })
  expect(tally(splitExamples(make('cat', 1), { validation: 0, test: 0 }))).toEqual({ train: 1 })
})

test('depends on the bytes alone: not on order, labels or places', () => {
  const examples = [...make('cat', 30), ...make('dog', 20)]
  const parts = new Map(splitExamples(examples).map((part, i) => [examples[i]!.hash, part]))
  const renamed = examples.map(({ label, hash }) => ({ label: label === 'cat' ? 'zebra' : 'ant', hash })).reverse()
  for (const [i, part] of splitExamples(renamed).entries()) expect(part).toBe(parts.get(renamed[i]!.hash))
  const inFold = new Map(folds(examples, 5).map((fold, i) => [examples[i]!.hash, fold]))
  for (const [i, fold] of folds(renamed, 5).entries()) expect(fold).toBe(inFold.get(renamed[i]!.hash))
})

test('keeps copies and groups together', () => {
  const examples = [...make('cat', 20), ...make('cat', 20), ...make('dog', 20)]
  const grouped = examples.map((example, i) => (i < 20 ? { ...example, group: String(i % 5) } : example))
  for (const decide of [(all: SplitExample[]) => splitExamples(all), (all: SplitExample[]) => folds(all, 4)]) {
    const plain = decide(examples)
    expect(plain.slice(0, 20)).toEqual(plain.slice(20, 40))
    const parts = decide(grouped)
    for (let i = 0; i < 20; i++) {
      expect(parts[i]).toBe(parts[i % 5])
      expect(parts[i + 20]).toBe(parts[i])
    }
  }
})

test('trains a picture that lies under two labels under both, and reports it', () => {
  const both = { hash: `0${hash('both').slice(1)}` }
  const examples = [{ label: 'cat', ...both }, ...make('cat', 9), ...make('dog', 9), { label: 'dog', ...both }]
  const parts = splitExamples(examples)
  expect([parts[0], parts.at(-1)]).toEqual(['train', 'train'])
  expect(findConflicts(examples)).toEqual([{ hash: both.hash, labels: ['cat', 'dog'], examples: [0, 19] }])
  expect(findConflicts(make('cat', 5))).toEqual([])
  const inFold = folds(examples, 3)
  expect(inFold[0]).toBe(inFold.at(-1))
})

test('names a category with too few different pictures', () => {
  const copies = [...make('cat', 2), ...make('cat', 2), ...make('dog', 9)]
  expect(() => splitExamples(copies)).toThrow(/^Category "cat" has 2 pictures, too few/)
  expect(() => splitExamples([{ label: 1, hash: 'a' }], undefined, i => ['a', 'b'][Number(i)]!)).toThrow(
    /"b" has 1 picture,/,
  )
  const shared = [...make('cat', 3), ...make('cat', 2).map(({ hash }) => ({ label: 'dog', hash })), ...make('dog', 9)]
  expect(() => splitExamples(shared)).toThrow(/"cat" has 1 picture of its own and 2 also found under another label/)
})

test.each([
  [-0.1, 0.1],
  [0.1, 1],
  [Number.NaN, 0.1],
  [0.5, 0.5],
])('refuses fractions %f and %f', (validation, testing) => {
  expect(() => splitExamples(make('cat', 9), { validation, test: testing })).toThrow(/^Expected .* but received/)
})

test('deals folds evenly over categories and in all', () => {
  const examples = [...make('cat', 13), ...make('dog', 7), ...make('owl', 6), ...make('eel', 4)]
  const dealt = folds(examples, 5)
  expect(Object.values(tally(dealt))).toEqual([6, 6, 6, 6, 6])
  expect(new Set(Object.values(tally(dealt.slice(0, 13))))).toEqual(new Set([2, 3]))
  for (const k of [1, 2.5, Number.NaN]) expect(() => folds(examples, k)).toThrow(/^Expected an integer/)
})
