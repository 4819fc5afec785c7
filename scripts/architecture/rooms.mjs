// The house: which rooms src/ has, and what imports what. Read by test/imports.test.ts and by draw.mjs beside this file.
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** The rooms, the lowest first: each imports from those before it only. A room is a folder of src/, or one file of it. */
export const ROOMS = [
  ...[
    'errors',
    'version',
    'text',
    'schema',
    'disk',
    'flow',
    'storage',
    'dataset',
    'image',
    'graph',
    'formats',
    'table',
  ],
  ...['compile', 'backbone', 'engine', 'features', 'head', 'assess', 'model', 'report', 'export'],
  ...['queue', 'jobs', 'studio', 'cli', 'index'],
]

/** Those of them that there are, in the same order. */
export function presentRooms() {
  const found = readdirSync(SRC).map(roomOf)
  return ROOMS.filter(room => found.includes(room))
}

/** Static, type and dynamic imports (those of JSDoc too), and what createRequire loads. */
const IMPORT = /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\bcreateRequire\([^)]*\)\()\s*'([^'\n]+)'/g
/** A script that a worker runs. */
const WORKER = /new URL\('(\.[^'\n]+\.[jt]s)', import\.meta\.url\)/g

/**
 * Every import in src/: `from` is a file as a path in src/, `to` another one, or the name of a package.
 *
 * @returns {{ from: string, to: string, isPackage: boolean }[]}
 */
export function imports() {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /\.[jt]s$/.test(path))
    .sort()
  return files.flatMap(from => {
    const text = readFileSync(SRC + from, 'utf8')
    const names = [...text.matchAll(IMPORT), ...text.matchAll(WORKER)].map(match => match[1] ?? '')
    return [...new Set(names)].filter(name => !name.startsWith('node:')).map(name => resolved(from, name))
  })
}

/** @param {string} from @param {string} name */
function resolved(from, name) {
  if (name.startsWith('.')) return { from, to: posix.join(posix.dirname(from), name), isPackage: false }
  return { from, to: /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name, isPackage: true }
}

/** The room of a file: `dataset` of `dataset/scan.ts`, `errors` of `errors.ts`. @param {string} file */
export function roomOf(file) {
  return file.split('/')[0]?.replace(/\.[jt]s$/, '') ?? ''
}
