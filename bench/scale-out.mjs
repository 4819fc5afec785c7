// npm run build && node bench/scale-out.mjs [--features]: what many pictures cost before any of them is opened. Planning a
// million keys, writing parts, and with --features (4 GB of disk, some minutes) reading more features than fit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { planBatches } from '../dist/jobs/guessAll/plan.js'
import { ResultsFolder } from '../dist/jobs/guessAll/resultsFolder.js'
import { encodeRows } from '../dist/jobs/guessAll/rows.js'
import { openStore } from '../dist/storage/open.js'

/** @param {string} script @param {Record<string, string>} env */
function child(script, env) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return execFileSync(process.execPath, [path], { env: { ...process.env, ...env }, encoding: 'utf8' })
}

/** @param {string} name @param {number} found @param {number} most @param {string} unit */
function verdict(name, found, most, unit) {
  const shown = found.toPrecision(3)
  console.log(`${found <= most ? 'ok  ' : 'LESS'}  ${name}: ${shown} ${unit} (at most ${most})`)
}

function planning() {
  const [quarter, whole] = [250_000, 1_000_000].map(keys =>
    JSON.parse(child('scaleOut.plan.mjs', { ITC_KEYS: String(keys) })),
  )
  console.log(`planning ${whole.keys} keys: ${whole.batches} batches, ${whole.cpuSeconds.toFixed(1)} s of a core`)
  verdict('peak memory', whole.peakMb, 300, 'MB')
  verdict('time of four times as many keys', whole.cpuSeconds / quarter.cpuSeconds, 5, 'times')
}

/** What a picture costs beside being named: its share of a batch's plan, of encoding and of writing the part. */
async function parts() {
  const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
  const labels = Array.from({ length: 20 }, (_, at) => `category-${at}`)
  const pictures = 50_000
  const items = Array.from({ length: pictures }, (_, at) => ({
    key: `cam/${String(at).padStart(6, '0')}.jpg`,
    size: 1000,
    etag: `"${at}"`,
    modified: 0,
  }))
  const store = await openStore(folder)
  const results = await ResultsFolder.open(store, { model: 'a'.repeat(64), labels, source: 'bench' })
  const start = process.cpuUsage()
  for await (const batch of planBatches(
    (async function* () {
      yield* items
    })(),
    'bench',
  )) {
    const rows = batch.items.map(({ key, size, etag }, at) => {
      const scores = labels.map((_, label) => Math.abs(Math.sin(at * 20 + label)))
      return { key, size, etag, label: labels[at % 20], score: scores[0], unfamiliar: false, scores, error: undefined }
    })
    await results.put(batch.id, encodeRows(rows, labels, {}))
  }
  const { user, system } = process.cpuUsage(start)
  verdict('plan and part of a picture, 20 categories', (user + system) / pictures, 100, 'µs of CPU')
  rmSync(folder, { recursive: true })
}

function features() {
  for (const [rows, width] of [
    [3_000_000, 256],
    [300_000, 3000],
  ]) {
    const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
    const env = { ITC_ROWS: String(rows), ITC_WIDTH: String(width), ITC_FOLDER: folder }
    try {
      child('scaleOut.features.mjs', env)
      const read = JSON.parse(child('scaleOut.features.mjs', { ...env, ITC_READ: '1' }))
      console.log(`${rows} rows of ${width}: ${read.drawn} drawn in ${read.seconds.toFixed(0)} s`)
      verdict('peak memory', read.peakMb, 1500, 'MB')
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

planning()
await parts()
if (process.argv.includes('--features')) features()
