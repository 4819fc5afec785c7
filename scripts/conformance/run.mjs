/**
 * npm run conformance [-- NAME...]
 *
 * Makes frozen graphs in TensorFlow, runs them in TensorFlow and in every engine that loads here, and compares the
 * outputs on the same pixels. Prints a row a network; ends with `N passed, N failed`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, pythonWithTensorFlow } from './venv.mjs'

const ROOT = join(import.meta.dirname, '../..')
const names = process.argv.slice(2)

execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' })
const python = pythonWithTensorFlow()
const sources = readdirSync(import.meta.dirname).filter(name => /\.(py|txt)$/.test(name))
const hash = createHash('sha256')
for (const name of sources.sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
const graphs = join(CACHE, 'conformance-graphs', hash.digest('hex').slice(0, 16))
mkdirSync(graphs, { recursive: true })
const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }

/** Networks as people bring them are asked for by that name, all at once. */
const BROUGHT = 'brought'
const frozenNames = names.filter(name => name !== BROUGHT)
const isWanted = name => names.length === 0 || (name === BROUGHT ? names.includes(BROUGHT) : frozenNames.length > 0)

make('freeze.py', graphs, ...frozenNames)
const brought = join(graphs, BROUGHT)
if (isWanted(BROUGHT) && !existsSync(join(brought, 'onnx_vit', 'about.json'))) make('brought.py', brought)

function make(script, ...args) {
  if (script === 'freeze.py' && !isWanted(script)) return
  const made = spawnSync(python, [join(import.meta.dirname, script), ...args], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  if (made.status === 0) return
  process.stderr.write(made.stderr)
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const { compareAll } = await import('./compare.mjs')
const { compareBrought } = await import('./brought.mjs')
const all = readdirSync(graphs).filter(name => existsSync(join(graphs, name, 'about.json')))
const made = names.length > 0 ? frozenNames : all
const results = made.length > 0 ? await compareAll(graphs, made.sort()) : []
if (isWanted(BROUGHT)) results.push(...(await compareBrought(brought, readdirSync(brought).sort())))
const passed = results.filter(Boolean).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length && passed > 0 ? 0 : 1
