// node bench/peers.mjs [DATA [RUNS]]: `itc train`, cold, against the same work in Keras, in turn, as whole processes.
// Python's TensorFlow is installed into the cache on first use, as for `npm run conformance`.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonWithTensorFlow } from '../scripts/conformance/venv.mjs'
import { machine, spread, table } from './measure.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = resolve(process.argv[2] ?? join(root, 'test/drawings'))
const runs = Number(process.argv[3] ?? 3)

const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const tfFiles = join(work, 'tf_files')
cpSync(join(source, 'data'), join(tfFiles, 'data'), { recursive: true })
const python = pythonWithTensorFlow()

function seconds(command, args) {
  const start = performance.now()
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
  return (performance.now() - start) / 1000
}

function itc() {
  for (const name of ['bottlenecks', 'model']) rmSync(join(tfFiles, name), { recursive: true, force: true })
  return seconds(process.execPath, [join(root, 'bin/itc.js'), 'train', tfFiles])
}

const keras = () => seconds(python, [join(root, 'bench/peers/keras_transfer.py'), join(tfFiles, 'data')])

try {
  const pairs = Array.from({ length: runs }, () => ({ itc: itc(), keras: keras() }))
  const row = (name, values) => {
    const { min, median, max } = spread(values)
    return [name, ...[min, median, max].map(value => value.toFixed(2))]
  }
  console.log(`${machine()}; ${runs} runs in turn\n`)
  console.log(
    table(
      ['whole process', 'min', 'median', 'max'],
      [
        row(
          'itc train, cold, with cross-validation and report, s',
          pairs.map(pair => pair.itc),
        ),
        row(
          'Keras: features, then Dense.fit for 4000 steps, s',
          pairs.map(pair => pair.keras),
        ),
        row(
          'Keras / itc',
          pairs.map(pair => pair.keras / pair.itc),
        ),
      ],
    ),
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
