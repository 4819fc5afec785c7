import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readGraphDef } from '../../dist/formats/graphdef/read.js'
import { findBottleneck } from '../../dist/graph/cut/bottleneck.js'
import { cutGraph } from '../../dist/graph/cut/cut.js'
import { findInput } from '../../dist/graph/cut/input.js'
import { engines } from './engines.mjs'

/** Largest difference allowed, as a part of the output's largest value. */
const TOLERANCE = 1e-4

/** One true or false a row of the table that it prints: network, output, engine. */
export async function compareAll(folder, names) {
  const results = []
  const runtimes = await engines()
  console.log(`${'network'.padEnd(24)}${'engine'.padEnd(12)}${'output'.padEnd(46)}${'difference'.padEnd(12)}of scale`)
  for (const name of names) {
    const about = JSON.parse(await readFile(join(folder, name, 'about.json'), 'utf8'))
    const graph = readGraphDef(await readFile(join(folder, name, 'graph.pb')))
    results.push(isFound(graph, about, name))
    const pixels = new Uint8Array(await readFile(join(folder, name, 'pixels.u8')))
    for (const [index, output] of about.outputs.entries()) {
      const wanted = floats(await readFile(join(folder, name, `${index}.f32`)))
      for (const engine of runtimes) {
        results.push(await row(name, engine, output.node, wanted, () => run(engine, graph, about, output, pixels)))
      }
    }
  }
  return results
}

/** Whether input and bottleneck are found by the graph's structure, as they are known from how it was made. */
function isFound(graph, about, name) {
  let found
  try {
    const input = findInput(graph)
    found = `${input} ${findBottleneck(graph, input)}`
  } catch (error) {
    found = error.code
  }
  const wanted = about.bottleneck === null ? 'E_NO_POOLING' : `${about.findInput} ${about.bottleneck}`
  if (found !== wanted) console.log(`${name}: FAILED to find its input and bottleneck: ${found}, not ${wanted}`)
  return found === wanted
}

async function row(name, engine, node, wanted, compute) {
  let difference = Number.POSITIVE_INFINITY
  let note = ''
  try {
    difference = largestDifference(await compute(), wanted)
  } catch (error) {
    note = error.message
  }
  const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const ok = difference <= TOLERANCE * scale
  const shown = [
    name.padEnd(24),
    engine.name.padEnd(12),
    node.slice(-44).padEnd(46),
    (difference / scale).toExponential(1).padEnd(12),
  ]
  console.log(`${shown.join('')}${scale.toPrecision(3).padEnd(10)}${ok ? '' : `FAILED ${note}`}`)
  return ok
}

/** Any node can be asked for as if it were the bottleneck. */
async function run(engine, graph, about, output, pixels) {
  const { input, size, mean, scale, pictures } = about
  const recipe = { size, resize: 'stretch', mean: [mean, mean, mean], scale: [scale, scale, scale] }
  const bottleneck = output.node
  // One picture at a time is the form in which graphs of 2015 were frozen; cutting opens it for batches.
  const cut = cutGraph(graph, { input, outputs: [bottleneck], bottleneck })
  const features = output.shape.slice(1).reduce((product, length) => product * length, 1)
  const network = { format: 'graph', graph: cut, input, bottleneck }
  const backbone = { name: bottleneck, sha256: '', recipe, features, loadNetwork: async () => network }
  const runner = await engine.loadBackbone(backbone)
  const result = await runner.run(pixels, pictures)
  await runner.dispose()
  return result
}

function floats(bytes) {
  return new Float32Array(new Uint8Array(bytes).buffer)
}

function largestDifference(x, y) {
  if (x.length !== y.length) throw new Error(`${x.length} numbers, not ${y.length}`)
  let largest = 0
  for (let i = 0; i < x.length; i++) {
    const difference = Math.abs(x[i] - y[i])
    if (!(difference <= largest)) largest = difference
  }
  return largest
}
