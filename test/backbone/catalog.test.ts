import { expect, test } from 'vitest'
import { CATALOG, catalogEntry, DEFAULT_BACKBONE } from '../../src/backbone/catalog.ts'

test.each(CATALOG.map(entry => [entry.name, entry] as const))('%s has all that a run needs to know', (_, entry) => {
  expect(entry.recipe.size).toBeGreaterThanOrEqual(128)
  expect(entry.recipe.scale.every(scale => scale > 0)).toBe(true)
  expect(entry.sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/)
  expect(Number.isInteger(entry.features) && entry.features >= 256).toBe(true)
  expect(entry.top1).toBeGreaterThan(35)
  expect(entry.top1).toBeLessThan(90)
  for (const node of [entry.input, entry.bottleneck, entry.logits]) expect(node).toMatch(/^[^:\s]+$/)
  if (entry.source.kind === 'download') expect(entry.source.address).toMatch(/^https?:\/\/\S+\.(tgz|tar\.gz)$/)
  if (entry.source.kind === 'bundled') expect(entry.sha256).toBeDefined()
})

test('names and aliases are lower case and unique', () => {
  const names = CATALOG.flatMap(entry => [entry.name, ...entry.aliases])
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(names.map(name => name.toLowerCase()))
  const checksums = CATALOG.flatMap(entry => entry.sha256 ?? [])
  expect(new Set(checksums).size).toBe(checksums.length)
})

test('MobileNet v1 comes in 32 variants', () => {
  expect(CATALOG.filter(entry => /^mobilenet_v1_/.test(entry.name))).toHaveLength(32)
})

test.each([
  ['MobileNet_v1', 'mobilenet_v1'],
  ['inception_v3', 'inception_v3_2016'],
  ['inception-2015-12-05', 'inception_v3_2015'],
  ['mobilenet_0.50_160', 'mobilenet_v1_0.5_160'],
  ['mobilenet_1.0_224_quantized', 'mobilenet_v1_1.0_224_quant'],
  ['mobilenet_v2', 'mobilenet_v2_1.0_224'],
])('%s is %s', (typed, name) => {
  expect(catalogEntry(typed)?.name).toBe(name)
})

test('the default is bundled', () => {
  expect(catalogEntry(DEFAULT_BACKBONE)?.source.kind).toBe('bundled')
})
