// node scripts/licences.mjs [--check]: writes docs/licences.md, the licences of everything that package-lock.json names,
// for every system. Fails on a licence outside the lists below; with --check also when the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Licences under which a package may be part of what people install. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]
/** Packages that may have others, and why. */
const EXCEPTIONS = [
  {
    name: /^@img\/sharp-(libvips|win32|wasm32)/,
    licences: ['LGPL-3.0-or-later'],
    why: "libvips and its libraries, as sharp's own packages bring them: loaded at run time, unchanged, replaceable",
  },
  {
    name: /^libheif-js$/,
    licences: ['LGPL-3.0'],
    why: 'libheif and libde265 as WebAssembly: optional, loaded at run time with the first HEIC picture, unchanged, replaceable',
  },
  { name: /^pako$/, licences: ['(MIT AND Zlib)', 'Zlib'], why: 'the licence of zlib itself, which it was made from' },
]
/** Development tools are not passed on. */
const ALLOWED_IN_DEVELOPMENT = [...ALLOWED, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0']

const root = new URL('..', import.meta.url)
const page = new URL('docs/licences.md', root)
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'))

const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, { version, license, dev = false, optional = false, devOptional = false }]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    licence: (license ?? 'none').replace(/^\((.*)\)$/, '$1'),
    use: dev ? 'development' : optional || devOptional ? 'optional' : 'always',
  }))

const refused = packages.filter(each => !isAllowed(each))
for (const { name, version, licence } of refused) console.error(`${name} ${version}: ${licence} is not allowed`)

const text = render()
if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/licences.md is out of date: node scripts/licences.mjs')
    process.exitCode = 1
  }
} else writeFileSync(page, text)
if (refused.length > 0) process.exitCode = 1
else console.log(`${packages.length} packages, all under allowed licences (${fileURLToPath(page).split('/').at(-1)})`)

/** Of alternatives (OR) one must be allowed, of licences that hold together (AND) all. */
function isAllowed({ name, licence, use }) {
  const own = EXCEPTIONS.filter(exception => exception.name.test(name)).flatMap(({ licences }) => licences)
  const allowed = [...(use === 'development' ? ALLOWED_IN_DEVELOPMENT : ALLOWED), ...own]
  return licence.split(' OR ').some(choice => choice.split(' AND ').every(one => allowed.includes(one)))
}

function render() {
  const counts = new Map()
  const rows = new Set()
  for (const { name, version, licence, use } of packages) {
    counts.set(licence, (counts.get(licence) ?? 0) + 1)
    rows.add(`| ${name} | ${version} | ${licence} | ${use} |`)
  }
  const summary = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return `# Licences of the dependencies

Made from \`package-lock.json\` by \`node scripts/licences.mjs\`, which also checks them; packages for other systems than yours are
listed too. "always" and "optional" are installed with \`itc\`, "development" only for working on it.
The bundled networks have theirs beside them in \`models/\`.

Allowed in what is installed: ${ALLOWED.join(', ')}.
${EXCEPTIONS.map(({ licences, why }) => `Besides: ${licences.join(', ')} for ${why}.`).join('\n')}
For development also MPL-2.0 and the like, which bind only changes to the tools themselves.

| licence | packages |
| --- | --- |
${summary.map(([licence, count]) => `| ${licence} | ${count} |`).join('\n')}

| package | version | licence | installed |
| --- | --- | --- | --- |
${[...rows].sort().join('\n')}
`
}
