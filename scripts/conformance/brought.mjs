import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openNetwork } from '../../dist/backbone/network.js'
import { createOnnxEngine } from '../../dist/engine/onnx.js'
import { probe } from '../../dist/engine/probe.js'

/** One true or false a network that `brought.py` made: read as a person brings it, its features are those of its own tool. */
export async function compareBrought(folder, names) {
  const engine = await createOnnxEngine()
  const results = []
  for (const name of names.filter(each => existsSync(join(folder, each, 'about.json')))) {
    const about = JSON.parse(await readFile(join(folder, name, 'about.json'), 'utf8'))
    const wanted = new Float32Array(new Uint8Array(await readFile(join(folder, name, 'expected.f32'))).buffer)
    const pixels = new Uint8Array(await readFile(join(folder, name, 'pixels.u8')))
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    let difference = Number.POSITIVE_INFINITY
    let note = ''
    try {
      const network = await openNetwork(join(folder, name, about.network), { probe })
      checkFound(network, about)
      difference = largestDifference(await run(engine, network, pixels, about.features), wanted)
    } catch (error) {
      note = error.message
    }
    const ok = difference <= about.tolerance * scale
    const shown = (difference / scale).toExponential(1).padEnd(12)
    console.log(`${name.padEnd(24)}${'onnx'.padEnd(12)}${'as brought'.padEnd(46)}${shown}${ok ? '' : `FAILED ${note}`}`)
    results.push(ok)
  }
  return results
}

function checkFound({ features, recipe }, about) {
  const found = JSON.stringify([features, recipe.size, recipe.mean[0], recipe.scale[0]])
  const wanted = JSON.stringify([about.features, about.size, about.mean, about.scale])
  if (found !== wanted) throw new Error(`features, size, mean and scale are ${found}, not ${wanted}`)
}

async function run(engine, network, pixels, features) {
  const { recipe } = network
  const loadNetwork = async () => network.networkFor(recipe)
  const runner = await engine.loadBackbone({ name: 'brought', sha256: '', recipe, features, loadNetwork })
  const result = await runner.run(pixels, pixels.length / (recipe.size ** 2 * 3))
  await runner.dispose()
  return result
}

function largestDifference(x, y) {
  if (x.length !== y.length) throw new Error(`${x.length} numbers, not ${y.length}`)
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0)
}
