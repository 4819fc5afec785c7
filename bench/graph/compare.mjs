/**
 * node bench/graph/compare.mjs GRAPH.pb THEIRS.onnx [RUNS]
 *
 * Compile time and memory of a frozen graph, and processor time of one picture through it, against the same network as
 * tf2onnx exports it (float32 NCHW in), in the same onnxruntime:
 *
 *     python -m tf2onnx.convert --graphdef GRAPH.pb --inputs 'input:0[-1,299,299,3]' --inputs-as-nchw input:0 \
 *       --outputs NODE:0 --opset 18 --output THEIRS.onnx
 *
 * Processor time, one thread, the two in turn: wall time on a shared machine says more about its neighbours.
 */
import { readFile } from 'node:fs/promises'
import ort from 'onnxruntime-node'
import { readNetwork } from '../../dist/backbone/readNetwork.js'
import { compileOnnx } from '../../dist/compile/compile.js'

const [graphFile, theirsFile, runs = '15'] = process.argv.slice(2)
if (theirsFile === undefined) {
  console.error('usage: node bench/graph/compare.mjs GRAPH.pb THEIRS.onnx [RUNS]')
  process.exit(1)
}

const start = performance.now()
const used = process.cpuUsage()
const network = await readNetwork(graphFile)
const size = network.hints.size ?? 224
const recipe = { size, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] }
const compiled = compileOnnx(network.graph, { input: network.input, bottleneck: network.bottleneck, recipe })
const spent = process.cpuUsage(used)
console.log(
  `compile: ${(performance.now() - start).toFixed(0)} ms, ${((spent.user + spent.system) / 1000).toFixed(0)} ms of processor time`,
)
console.log(`memory at most: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)

const options = { intraOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 }
const ours = await ort.InferenceSession.create(compiled, options)
const theirs = await ort.InferenceSession.create(await readFile(theirsFile), options)
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => ((i * 7919) % 256) ^ ((i >> 9) % 256))
const floats = new Float32Array(pixels.length)
for (let i = 0; i < pixels.length; i++) floats[(i % 3) * size * size + Math.floor(i / 3)] = (pixels[i] - 127.5) / 127.5
const feeds = {
  ours: { [ours.inputNames[0]]: new ort.Tensor('uint8', pixels, [1, size, size, 3]) },
  theirs: { [theirs.inputNames[0]]: new ort.Tensor('float32', floats, [1, 3, size, size]) },
}

const times = { ours: [], theirs: [] }
const outputs = {}
for (let run = 0; run <= Number(runs); run++) {
  for (const [name, session] of Object.entries({ ours, theirs })) {
    const before = process.cpuUsage()
    outputs[name] = Object.values(await session.run(feeds[name]))[0].data
    const { user, system } = process.cpuUsage(before)
    if (run > 0) times[name].push((user + system) / 1000)
  }
}
for (const [name, values] of Object.entries(times)) {
  values.sort((x, y) => x - y)
  const [least, median, most] = [values[0], values[values.length >> 1], values.at(-1)].map(value => value.toFixed(1))
  console.log(`${name.padEnd(8)} ms of processor time a picture: least ${least}, median ${median}, most ${most}`)
}
const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const difference = largest(outputs.ours.map((value, i) => value - outputs.theirs[i]))
console.log(`largest difference: ${(difference / largest(outputs.theirs)).toExponential(1)} of the output's scale`)
