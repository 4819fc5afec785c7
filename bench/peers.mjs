// node bench/peers.mjs [DATA [RUNS [keras|sklearn]]]: `itc train`, cold, against the same work in Python, in turn, as whole
// processes: Keras, or Pillow, onnxruntime and scikit-learn with the same network and five folds. What they need of Python
// is installed into the cache on first use.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledOnnx } from '../dist/backbone/compile.js'
import { findBackbone } from '../dist/backbone/find.js'
import { pythonWith, pythonWithTensorFlow } from '../scripts/conformance/venv.mjs'
import { machine, spread, table } from './measure.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = resolve(process.argv[2] ?? join(root, 'test/drawings'))
const runs = Number(process.argv[3] ?? 3)
const wanted = process.argv[4]

const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const tfFiles = join(work, 'tf_files')
cpSync(join(source, 'data'), join(tfFiles, 'data'), { recursive: true })

/** A peer's name, and how it is made ready: what it gives runs the peer once. */
const PEERS = {
  keras: {
    name: 'Keras: features, then Dense.fit for 4000 steps',
    ready: () => {
      const python = pythonWithTensorFlow()
      return () => seconds(python, [join(root, 'bench/peers/keras_transfer.py'), join(tfFiles, 'data')])
    },
  },
  sklearn: {
    name: 'Pillow, onnxruntime, scikit-learn: the same network, five folds',
    ready: async () => {
      const python = pythonWith('peers-venv', join(root, 'bench/peers/requirements.txt'), 'with scikit-learn')
      const network = join(work, 'network.onnx')
      writeFileSync(network, await compiledOnnx(await findBackbone('mobilenet_v1', { layers: 'last' })))
      return () => seconds(python, [join(root, 'bench/peers/sklearn_transfer.py'), join(tfFiles, 'data'), network])
    },
  },
}

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

function row(name, values) {
  const { min, median, max } = spread(values)
  return [name, ...[min, median, max].map(value => value.toFixed(2))]
}

async function compare({ name, ready }) {
  const peer = await ready()
  const pairs = Array.from({ length: runs }, () => ({ itc: itc(), peer: peer() }))
  const rows = [
    row(
      'itc train, cold, with cross-validation and report, s',
      pairs.map(pair => pair.itc),
    ),
    row(
      `${name}, s`,
      pairs.map(pair => pair.peer),
    ),
    row(
      'peer / itc',
      pairs.map(pair => pair.peer / pair.itc),
    ),
  ]
  console.log(`${machine()}; ${runs} runs in turn\n`)
  console.log(`${table(['whole process', 'min', 'median', 'max'], rows)}\n`)
}

try {
  for (const [key, peer] of Object.entries(PEERS)) if (wanted === undefined || wanted === key) await compare(peer)
} finally {
  rmSync(work, { recursive: true, force: true })
}
