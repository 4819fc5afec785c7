import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createOnnxEngine } from '../../dist/engine/onnx.js'
import { classifierGraph, FINAL_RESULT, INPUT } from '../../dist/graph/classifier.js'
import { findBottleneck } from '../../dist/graph/cut/bottleneck.js'
import { writeGraphDef } from '../../dist/graph/graphdef/write.js'
import { compileOnnx } from '../../dist/graph/onnx/compile.js'
import { readNetwork } from '../../dist/graph/read.js'
import { writeSavedModel } from '../../dist/graph/savedmodel/write.js'

const ROOT = join(import.meta.dirname, '../..')
const CATEGORIES = 5
const SIZE = 224
const RAW = { mean: 0, scale: 1 }

/** Exports a classifier on a bundled network to each format; the programs they are for must give itc's own scores. */
export async function checkWriters(python, graphs, env) {
  const folder = join(graphs, '.written')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const parts = await Promise.all(['mobilenet_v1', 'efficientnet_lite0'].map(part))
  const head = randomHead(parts.reduce((sum, { features }) => sum + features, 0))
  const metadata = { labels: '["a","b"]', recipe: '{"size":224}' }
  const pixels = Uint8Array.from({ length: 2 * SIZE * SIZE * 3 }, (_, i) => ((i * 7919) % 256) ^ ((i >> 9) % 256))
  const raw = classifierGraph(parts, head, RAW)
  const recipe = { size: SIZE, mean: [0, 0, 0], scale: [1, 1, 1] }

  write(join(folder, 'graph.pb'), writeGraphDef(classifierGraph(parts, head, { mean: 128, scale: 128 })))
  const saved = writeSavedModel(raw, { outputs: { scores: FINAL_RESULT }, lengths: { [FINAL_RESULT]: CATEGORIES } })
  for (const [name, bytes] of Object.entries(saved)) write(join(folder, 'saved_model', name), bytes)
  write(join(folder, 'model.onnx'), compileOnnx(raw, { input: INPUT, outputs: [FINAL_RESULT], recipe, metadata }))
  write(join(folder, 'pixels.u8'), pixels)
  write(join(folder, 'about.json'), JSON.stringify({ size: SIZE, metadata }))
  const expected = await scores(parts, head, pixels)
  write(join(folder, 'expected.f32'), new Uint8Array(expected.buffer))

  const again = await readNetwork(join(folder, 'saved_model'), { bottleneck: 'joined' })
  const output = execFileSync(python, [join(import.meta.dirname, 'write.py'), folder], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const checks = output
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  checks.push({ check: 'read back', difference: 0, ok: again.features === 2304 })
  console.log('\nwritten by itc, run in Python')
  for (const { check, difference, error, ok } of checks) {
    console.log(`${check.padEnd(24)}${error ?? difference.toExponential(1)}${ok ? '' : '  FAILED'}`)
  }
  return checks.map(({ ok }) => ok)
}

async function part(name) {
  const { graph, input, bottleneck, features } = await readNetwork(join(ROOT, 'models', name))
  if (findBottleneck(graph, input) !== bottleneck) throw new Error(`${name} was cut at ${bottleneck}`)
  const [mean, scale] = name === 'mobilenet_v1' ? [127.5, 127.5] : [127, 128]
  return {
    graph,
    input,
    bottleneck,
    features,
    recipe: { size: SIZE, resize: 'stretch', mean: [mean, mean, mean], scale: [scale, scale, scale] },
  }
}

function randomHead(width) {
  const wave = (length, factor) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * factor)
  return { weights: wave(width * CATEGORIES, 0.05), bias: wave(CATEGORIES, 0.1) }
}

/** Features by itc's own engine, then the head written out in plain loops. */
async function scores(parts, { weights, bias }, pixels) {
  const engine = await createOnnxEngine()
  const rows = [[], []]
  for (const { recipe, features, ...network } of parts) {
    const backbone = {
      name: '',
      sha256: '',
      recipe,
      features,
      loadNetwork: async () => ({ format: 'graph', ...network }),
    }
    const runner = await engine.loadBackbone(backbone)
    const values = await runner.run(pixels, 2)
    rows.forEach((row, i) => void row.push(...values.subarray(i * features, (i + 1) * features)))
    await runner.dispose()
  }
  return Float32Array.from(
    rows.flatMap(row => {
      const logits = [...bias].map((term, c) =>
        row.reduce((sum, value, i) => sum + value * weights[i * CATEGORIES + c], term),
      )
      const powers = logits.map(logit => Math.exp(logit - Math.max(...logits)))
      return powers.map(power => power / powers.reduce((x, y) => x + y, 0))
    }),
  )
}

function write(file, content) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
