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

const frozen = spawnSync(python, [join(import.meta.dirname, 'freeze.py'), graphs, ...names], {
  env,
  stdio: ['ignore', 'inherit', 'pipe'],
})
if (frozen.status !== 0) {
  process.stderr.write(frozen.stderr)
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const { compareAll } = await import('./compare.mjs')
const made = names.length > 0 ? names : readdirSync(graphs).filter(name => existsSync(join(graphs, name, 'about.json')))
const results = await compareAll(graphs, made.sort())
const passed = results.filter(Boolean).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length && passed > 0 ? 0 : 1
