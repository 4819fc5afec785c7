// What a queue costs over the plain loop, alone and beside naming; what a second worker brings; and how much memory one takes
// with large photographs.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { spread } from './measure.mjs'
import { verdict } from './scaleOut.shared.mjs'

const PORT = 7399
const QUEUE = `redis://127.0.0.1:${PORT}`
const path = name => fileURLToPath(new URL(name, import.meta.url))
const ITC = path('../bin/itc.js')

/** @param tfFiles of a trained model; the sample is trained unless given */
export async function queueCosts({ tfFiles, pictures, pairs }) {
  await withFleet(tfFiles, async (fleet, folder) => {
    for (const batch of [64, 256]) await engineAlone(batch)
    await overPlainLoop(fleet, await photographs(folder, pictures, 300, 200), 'of 128 to 256', pairs)
    // So long that 64 of them are the most that a batch takes.
    await overPlainLoop(fleet, await photographs(folder, pictures, 301, 200, 4e6), 'of 32 to 64', pairs)
    await secondWorker(fleet, await photographs(folder, 3 * pictures, 320, 200)) // enough that the last batches count little
  })
}

/** A worker's memory with large photographs, which needs no idle machine, but on one takes the most: more run at a time. */
export async function workerMemory({ tfFiles, photos = 160 }) {
  await withFleet(tfFiles, async (fleet, folder) => {
    const [large] = await fleet.work(await photographs(folder, photos, 4000, 3000), [undefined])
    console.log(`${large.pictures} of 12 megapixels: ${(large.cpuMs / large.pictures).toFixed(1)} ms of CPU each`)
    verdict('a worker with photographs of 12 megapixels', large.peakMb, 500, 'MB')
  })
}

async function withFleet(tfFiles, use) {
  const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
  const redis = spawn('redis-server', ['--port', `${PORT}`, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' })
  try {
    await use(new Fleet(folder, tfFiles ?? (await trainedSample(folder))), folder)
  } finally {
    redis.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Puts 100,000 pictures into a queue and takes them out, with nothing done: this process's time and the server's. */
async function engineAlone(batch) {
  const env = { ITC_QUEUE: QUEUE, ITC_BATCH: String(batch) }
  const { cpuMs, serverMs, pictures } = JSON.parse(await run([path('scaleOut.engine.mjs')], env))
  const each = (1000 * cpuMs) / pictures
  const server = ((1000 * serverMs) / pictures).toFixed(1)
  console.log(`batches of ${batch}: ${each.toFixed(1)} µs of CPU a picture, ${server} in the queue's server`)
  if (batch === 256) verdict(`the queue alone, batches of ${batch}`, each, 10, 'µs of CPU a picture')
}

async function overPlainLoop(fleet, source, batches, pairs) {
  const ratios = []
  for (let pair = 0; pair < pairs; pair++) {
    const plain = await fleet.loop(source)
    const [queued] = await fleet.work(source, [undefined])
    const [own, others] = [queued, plain].map(({ cpuMs, pictures }) => cpuMs / pictures)
    ratios.push(own / others)
    console.log(
      `batches ${batches}: plain ${others.toFixed(2)} ms of CPU a picture, queued ${(own / others).toFixed(3)} times`,
    )
  }
  verdict(
    `a queue over the plain loop, batches ${batches}, median of ${pairs}`,
    spread(ratios).median,
    1.05,
    'times the CPU',
  )
}

async function secondWorker(fleet, source) {
  const one = await fleet.work(source, ['0'])
  const two = await fleet.work(source, ['0', '1'])
  const rate = ran => ran.reduce((sum, each) => sum + each.pictures, 0) / Math.max(...ran.map(({ seconds }) => seconds))
  const gain = rate(two) / rate(one)
  verdict('two workers over one pinned to a core', gain, 1.6, 'times the pictures a second', gain >= 1.6)
}

class Fleet {
  #turn = 0

  constructor(folder, tfFiles) {
    this.folder = folder
    this.tfFiles = tfFiles
  }

  /** The library's plain loop over the same pictures. */
  async loop(source) {
    return JSON.parse(await run([path('scaleOut.worker.mjs')], { ITC_TF: this.tfFiles, ITC_SOURCE: source }))
  }

  /** As many workers as cores are named, and a planner on the side. */
  async work(source, cores) {
    const results = join(this.folder, `results${this.#turn++}`)
    const planner = run([ITC, 'guess-all', this.tfFiles, source, results, '--queue', QUEUE, '--quiet'])
    await sleep(2500) // workers are measured from their start: the jobs are to be there
    const env = { ITC_TF: this.tfFiles, ITC_SOURCE: source, ITC_QUEUE: QUEUE, ITC_RESULTS: results }
    const ran = await Promise.all(cores.map(core => run([path('scaleOut.worker.mjs')], env, core)))
    await planner
    return ran.map(out => JSON.parse(out))
  }
}

async function trainedSample(folder) {
  const tfFiles = join(folder, 'tf_files')
  cpSync(path('../tf_files/data'), join(tfFiles, 'data'), { recursive: true })
  await run([ITC, 'train', tfFiles, '--no-report', '--quiet'])
  return tfFiles
}

/** Photographs of a given size, each another file. @param bytes length of the files, where they are to be longer than they need */
async function photographs(folder, count, width, height, bytes) {
  const source = join(folder, `${width}`)
  mkdirSync(source)
  const noise = { type: 'gaussian', mean: 120, sigma: 30 }
  const jpeg = await sharp({ create: { width, height, channels: 3, background: 'black', noise } })
    .jpeg()
    .toBuffer()
  for (let at = 0; at < count; at++) {
    const path = join(source, `${String(at).padStart(6, '0')}.jpg`)
    writeFileSync(path, Buffer.concat([jpeg, Buffer.from(`${at}`)]))
    if (bytes) truncateSync(path, bytes)
  }
  return source
}

/** One process, pinned to a core where one is named; resolves to what it printed. */
function run(args, env = {}, core = undefined) {
  const [program, ...rest] = core ? ['taskset', '-c', core, process.execPath, ...args] : [process.execPath, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.on('exit', code => (code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')}: ${code}`))))
  })
}
