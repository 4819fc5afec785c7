import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BUNDLED_NAMES } from '../src/backbone/catalog.ts'
import { EXPORT_FORMATS } from '../src/export/formats.ts'
import { PICTURE_FORMATS } from '../src/image/signatures.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...pagesIn('docs'),
  ...pagesIn('test'),
  ...pagesIn('scripts'),
  'bench/README.md',
]

describe.each(PAGES)('%s', page => {
  it('names files that there are', () => {
    const named = [...read(page).matchAll(/`((?:src|test|docs|scripts|bench|models|page|bin)\/[\w./-]+)`/g)]
    const missing = named.map(([, path]) => path!).filter(path => !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
  })

  it('links to files that there are', () => {
    const links = [...read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!)
    const missing = links.filter(link => !existsSync(join(ROOT, dirname(page), link)))
    expect(missing).toEqual([])
  })
})

// What CONTRIBUTING.md says has to be changed together, and no compiler knows of.
describe('a table', () => {
  it('of picture formats: README.md names them all', () => {
    const [, names] = /1\.jpg +([\w, ]+ or \w+),/.exec(read('README.md')) ?? []
    expect(names?.split(/, | or /)).toEqual([...PICTURE_FORMATS])
  })

  it.each(BUNDLED_NAMES)('of bundled backbones: %s has its papers', name => {
    expect(readdirSync(join(ROOT, 'models', name))).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'model.json']),
    )
    expect(read('models/README.md').match(new RegExp(`^\\| \\[?${name}\\b`, 'gm'))).toHaveLength(2)
    for (const page of ['NOTICE', 'scripts/backbones/README.md', 'scripts/backbones/build.py']) {
      expect(read(page), page).toMatch(new RegExp(`\\b${name}\\b`))
    }
  })

  it.each(EXPORT_FORMATS)('of export formats: the files of %s are tried by the programs they are for', format => {
    expect(read('test/slow/export.test.ts') + read('test/helpers/exported.ts')).toContain(format)
  })
})

function pagesIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.name.endsWith('.md'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
