import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SRC = 'src'
/** Where a field's number or its wire type may be written out. */
const TABLES = /(^|\/)(schema|protobuf)\.ts$/

/** A number where a tag, a field or a list of tags belongs. */
const BARE = [
  /\.uint32\(\s*\d/, // a writer's tag
  /\b(tag|field)\b[^=\n]*[!=]==\s*\d/, // a reader's
  /\b(delimited|renamed)\([^)\n]*\b\d+[\],]/,
  /\bskipType\(/, // by `skip`
]

test('each protobuf field is named by its table', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const sources = files.filter(name => !TABLES.test(name.replaceAll('\\', '/')))
  const bare = sources.flatMap(name => {
    const lines = readFileSync(join(SRC, name), 'utf8').split('\n')
    return lines.flatMap((line, at) => (BARE.some(pattern => pattern.test(line)) ? [`${name}:${at + 1} ${line}`] : []))
  })
  expect(bare).toEqual([])
})

test.each([
  'writer.uint32(10).string(name)',
  'if (tag === 18) skip(reader, tag)',
  'else if (tag >>> 3 === 2) shape()',
  '...delimited(42, [head])',
  'renamed(bytes, [66], rename)',
])('%s is found to be bare', line => {
  expect(BARE.some(pattern => pattern.test(line))).toBe(true)
})
