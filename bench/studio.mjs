// The studio's server in figures, minimum, median and maximum: thumbnails cold and warm, 100,000 pictures listed, a label
// given, guesses a second. `node bench/studio.mjs [pictures]` after `npm run build`; needs the temporary folder's disk.
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { studioApp } from '../dist/studio/server/app.js'
import { Studio } from '../dist/studio/studio.js'
import { GOALS } from './studioGoals.mjs'

const PICTURES = Number(process.argv[2] ?? 100_000)
const SAMPLE = fileURLToPath(new URL('../test/drawings/data/', import.meta.url))
const TOKEN = '0'.repeat(64)
const root = mkdtempSync(join(tmpdir(), 'itc-bench-'))
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`)

/** @param {string} name @param {number[]} values in milliseconds */
function row(name, values, goal = '') {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2)
  console.log(`${name.padEnd(46)} ${at(0).padStart(9)} ${at(0.5).padStart(9)} ${at(1).padStart(9)} ms  ${goal}`)
}

/** @param {string} folder @param {object} [options] */
async function open(folder, options = { engine: false }) {
  const studio = await Studio.open(folder, options)
  const app = studioApp(studio, { token: TOKEN, port: () => 4100 }, new Map())
  /** @param {string} address @param {RequestInit} [init] */
  const ask = async (address, init) => {
    const answer = await app.request(`http://127.0.0.1:4100/${TOKEN}/${address}`, {
      ...init,
      headers: { host: '127.0.0.1:4100' },
    })
    if (!answer.ok) throw new Error(`${address}: ${await answer.text()}`)
    return answer
  }
  return { studio, ask }
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

try {
  console.log(`${''.padEnd(46)}   minimum    median   maximum`)
  const sources = readdirSync(SAMPLE).flatMap(category =>
    readdirSync(join(SAMPLE, category)).map(name => join(SAMPLE, category, name)),
  )

  const small = join(root, 'small')
  mkdirSync(join(small, 'data/a'), { recursive: true })
  mkdirSync(join(small, 'data/b'), { recursive: true })
  // Of the size that a phone's pictures are shared in.
  for (const [at, path] of sources.slice(0, 60).entries()) {
    await sharp(path)
      .resize(1600, 1200, { fit: 'cover' })
      .jpeg()
      .toFile(join(small, `data/${at % 2 ? 'a' : 'b'}/${at}.jpg`))
  }
  {
    const { studio, ask } = await open(small)
    const { ids } = await (await ask('api/pictures')).json()
    const cold = []
    const processor = []
    const warm = []
    for (const id of ids) {
      const before = process.cpuUsage()
      cold.push(await timed(async () => (await ask(`thumb/${id}?side=320`)).arrayBuffer()))
      const { user, system } = process.cpuUsage(before)
      processor.push((user + system) / 1000)
    }
    await new Promise(resolve => setTimeout(resolve, 500))
    for (const id of [...ids, ...ids])
      warm.push(await timed(async () => (await ask(`thumb/${id}?side=320`)).arrayBuffer()))
    row('thumbnail of 320 px of a 1600x1200 JPEG, cold', cold, GOALS.thumbnailCold)
    row('the same, processor time', processor, GOALS.thumbnailCold)
    row('thumbnail, warm', warm, GOALS.thumbnailWarm)
    const labels = []
    for (const [at, id] of ids.entries()) {
      const body = JSON.stringify({ op: 'label', to: at % 2 ? 'b' : 'a', ids: [id] })
      labels.push(await timed(() => ask('api/ops', { method: 'POST', body })))
    }
    row('a label given: journal, move, answer', labels, GOALS.label)
    await studio.close('')
  }
  {
    const { studio, ask } = await open(small, {})
    const frame = await sharp(sources[0]).resize(640, 480, { fit: 'cover' }).jpeg().toBuffer()
    const guess = () => ask('api/guess', { method: 'POST', body: frame })
    for (;;) {
      const { live } = await (await ask('api/state')).json()
      if (live) break
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    const each = []
    for (let at = 0; at < 60; at++) each.push(await timed(guess))
    row('guess of a 640x480 JPEG, one in flight', each, GOALS.camera)
    await studio.close('')
  }
  const large = join(root, 'large')
  const seeds = sources.slice(0, 50).map((path, at) => {
    const seed = join(root, `seed${at}.jpg`)
    writeFileSync(seed, readFileSync(path))
    return seed
  })
  for (let at = 0; at < PICTURES; at++) {
    const folder = join(large, 'data', `category${at % 20}`)
    if (at < 20) mkdirSync(folder, { recursive: true })
    linkSync(seeds[at % seeds.length] ?? '', join(folder, `${String(at).padStart(6, '0')}.jpg`))
  }
  {
    let opened = await open(large)
    const starts = []
    for (let at = 0; at < 3; at++) {
      await opened.studio.close('')
      starts.push(await timed(async () => (opened = await open(large))))
    }
    row(`start with ${PICTURES.toLocaleString('en')} pictures`, starts)
    const lists = []
    let bytes = 0
    for (let at = 0; at < 10; at++) {
      lists.push(await timed(async () => (bytes = (await (await opened.ask('api/pictures')).arrayBuffer()).byteLength)))
    }
    row(`${PICTURES.toLocaleString('en')} pictures listed, ${(bytes / 1e6).toFixed(1)} MB`, lists, GOALS.listed)
    row('a look at the disk', [await timed(() => opened.studio.rescan())])
    await opened.studio.close('')
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
process.exit(0)
