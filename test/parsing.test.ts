import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** What turns text or bytes of somebody's into values of any form; formats with readers of their own look at each field. */
const PARSES = /\bJSON\.parse\(|\.json\(\)|\bdecodeParquet\(/
const CHECKS = /\b(fits|problemWith|checkColumns)(<|\()|\bdecodeParquet\(bytes, [A-Z]/

/** Files where what was parsed meets no schema, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'version.ts': 'it is the package.json of this package',
  'report/script.ts': 'it runs in the report, on data that lie in the same page',
  'export/snippets.ts': 'it is a text for people: code that reads what lies beside it',
  'table/seal.ts': 'a heading: its places are looked at here, the rest by the schemas of who reads the table',
  'studio/server/body.ts': 'a request, not a file: each value is looked at by whom it is for',
  'studio/phone/page.ts': 'it runs in a browser and shows what the server says as text',
}

it('what is parsed is held against a schema in the same file, or there is a reason', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).map(path => path.replaceAll('\\', '/'))
  const texts = files
    .filter(path => /\.[jt]s$/.test(path))
    .map(path => [path, readFileSync(SRC + path, 'utf8')] as const)
  const parsing = texts.filter(([, text]) => PARSES.test(text))
  const unchecked = parsing.filter(([path, text]) => path !== 'table/parquet.ts' && !CHECKS.test(text))
  expect(unchecked.map(([path]) => path).sort()).toEqual(Object.keys(WITHOUT).sort())
})
