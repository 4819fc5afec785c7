// npm run build && node bench/scaleOut.queue.mjs TF_FILES [PICTURES] [PAIRS]: what a queue costs over the plain loop, what a
// second worker brings, and how much memory one takes with large photographs. Needs redis-server and taskset, and two cores.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { spread } from './measure.mjs'

const [tfFiles, pictures = '1000', pairs = '7'] = process.argv.slice(2)
const PORT = 7399
const QUEUE = `redis://127.0.0.1:${PORT}`
const path = name => fileURLToPath(new URL(name, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
let turn = 0

/** One process; resolves to what it printed. */
function run(args, env = {}, cores) {
  const [program, ...rest] = cores ? ['taskset', '-c', cores, process.execPath, ...args] : [process.execPath, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.on('exit', code => (code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')}: ${code}`))))
  })
}

const loop = async source =>
  JSON.parse(await run([path('scaleOut.worker.mjs')], { ITC_TF: tfFiles, ITC_SOURCE: source }))

/** As many workers as cores are named, and a planner on the side. */
async function fleet(source, cores) {
  const results = join(folder, `results${turn++}`)
  const planner = run([path('../bin/itc.js'), 'guess-all', tfFiles, source, results, '--queue', QUEUE, '--json'])
  await sleep(2500) // workers are measured from their start: the jobs are to be there
  const env = { ITC_TF: tfFiles, ITC_SOURCE: source, ITC_QUEUE: QUEUE, ITC_RESULTS: results }
  const ran = await Promise.all(cores.map(core => run([path('scaleOut.worker.mjs')], env, core)))
  await planner
  return ran.map(out => JSON.parse(out))
}

/** Photographs of a given size, each another file. */
async function photographs(count, width, height) {
  const source = join(folder, `${width}`)
  mkdirSync(source)
  const noise = { type: 'gaussian', mean: 120, sigma: 30 }
  const jpeg = await sharp({ create: { width, height, channels: 3, background: 'black', noise } })
    .jpeg()
    .toBuffer()
  for (let at = 0; at < count; at++) {
    writeFileSync(join(source, `${String(at).padStart(6, '0')}.jpg`), Buffer.concat([jpeg, Buffer.from(`${at}`)]))
  }
  return source
}

function verdict(name, found, limit, unit, isSo = found <= limit) {
  console.log(`${isSo ? 'ok  ' : 'LESS'}  ${name}: ${found.toFixed(2)} ${unit} (limit ${limit})`)
}

const redis = spawn('redis-server', ['--port', `${PORT}`, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' })
try {
  const source = await photographs(Number(pictures), 300, 200)
  const ratios = []
  for (let pair = 0; pair < Number(pairs); pair++) {
    const plain = await loop(source)
    const [queued] = await fleet(source, [undefined])
    ratios.push(queued.cpuMs / queued.pictures / (plain.cpuMs / plain.pictures))
    console.log(
      `plain ${(plain.cpuMs / plain.pictures).toFixed(2)} ms a picture, queued ${ratios.at(-1).toFixed(3)} times`,
    )
  }
  verdict(`a queue over the plain loop, median of ${pairs}`, spread(ratios).median, 1.05, 'times the CPU')
  const [one] = await fleet(source, ['0'])
  const two = await fleet(source, ['0', '1'])
  const rate = ran => ran.reduce((sum, each) => sum + each.pictures, 0) / Math.max(...ran.map(({ seconds }) => seconds))
  const gain = rate(two) / rate([one])
  verdict('two workers over one pinned to a core', gain, 1.6, 'times the pictures a second', gain >= 1.6)
  const [large] = await fleet(await photographs(160, 4000, 3000), [undefined])
  verdict('a worker with photographs of 12 megapixels', large.peakMb, 500, 'MB')
} finally {
  redis.kill()
  rmSync(folder, { recursive: true, force: true })
}
