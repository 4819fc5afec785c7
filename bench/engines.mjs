// npm run build && node bench/engines.mjs [DATA [ROUNDS]]: how much slower WebAssembly is than the native library, as whole
// processes that take turns, so that what else the machine does falls on both. DATA is a tf_files folder (default: the
// superheroes beside the repository if there, else the sample); ROUNDS are three unless given, and each job's ratios are
// written after every one, so that a bench that is stopped has told what it knows. Ends with 1 where a limit is missed.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, runOnce, spread, table } from './measure.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const superheroes = join(root, '../shared/superheroes/tf_files')
const source = resolve(process.argv[2] ?? (existsSync(superheroes) ? superheroes : join(root, 'tf_files')))
const rounds = Number(process.argv[3] ?? 3)
const engines = ['onnx', 'wasm']

const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const folders = Object.fromEntries(engines.map(engine => [engine, join(work, engine)]))
for (const folder of Object.values(folders)) {
  mkdirSync(folder)
  cpSync(join(source, 'data'), join(folder, 'data'), { recursive: true })
}
const [first] = readdirSync(join(source, 'data'), { recursive: true, withFileTypes: true }).filter(each =>
  each.isFile(),
)
const picture = join(first.parentPath, first.name)

const forget = folder => {
  for (const name of ['bottlenecks', 'model']) rmSync(join(folder, name), { recursive: true, force: true })
}
/** At most so many times as slow, by the clock. */
const JOBS = [
  { name: 'train, cold', limit: 4, before: forget, args: folder => ['train', folder] },
  { name: 'train, cache warm', limit: 4, before: () => {}, args: folder => ['train', folder] },
  { name: 'guess, one picture', limit: 3, before: () => {}, args: folder => ['guess', folder, picture] },
]

console.log(`${machine()}; up to ${rounds} rounds of ${engines.join(' and ')} in turns\n`)
const rows = []
let missed = false
for (const { name, limit, before, args } of JOBS) {
  const ratios = { seconds: [], processor: [] }
  for (let round = 0; round <= rounds; round++) {
    const results = {}
    for (const engine of engines) {
      before(folders[engine])
      results[engine] = await runOnce([join(root, 'bin/itc.js'), ...args(folders[engine]), '--engine', engine])
    }
    if (round === 0) continue // what is compiled and read for the first time
    for (const figure of Object.keys(ratios)) ratios[figure].push(results.wasm[figure] / results.onnx[figure])
    const last = figure => ratios[figure].at(-1).toFixed(2)
    console.log(
      `${name}, round ${round}: clock ${last('seconds')} (${results.wasm.seconds.toFixed(1)} s), processor ${last('processor')}`,
    )
  }
  const [clock, processor] = [spread(ratios.seconds), spread(ratios.processor)]
  missed ||= clock.median > limit
  const shown = ({ min, median, max }) => [min, median, max].map(value => value.toFixed(2)).join(' / ')
  rows.push([name, shown(clock), String(limit), shown(processor)])
}
console.log()
console.log(table(['wasm / native', 'clock: min / median / max', 'limit', 'processor: min / median / max'], rows))
rmSync(work, { recursive: true })
process.exitCode = missed ? 1 : 0
