// What pictures cost before any of them is opened: planning a million keys, and writing parts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planBatches } from '../dist/jobs/guessAll/plan.js'
import { ResultsFolder } from '../dist/jobs/guessAll/resultsFolder.js'
import { encodeRows } from '../dist/jobs/guessAll/rows.js'
import { openStore } from '../dist/storage/open.js'
import { child, verdict } from './scaleOut.shared.mjs'

export function planning() {
  const [quarter, whole] = [250_000, 1_000_000].map(keys =>
    JSON.parse(child('scaleOut.plan.mjs', { ITC_KEYS: String(keys) })),
  )
  console.log(`planning ${whole.keys} keys: ${whole.batches} batches, ${whole.cpuSeconds.toFixed(1)} s of a core`)
  verdict('peak memory', whole.peakMb, 300, 'MB')
  verdict('time of four times as many keys', whole.cpuSeconds / quarter.cpuSeconds, 5, 'times')
}

/** What a picture costs beside being named: its share of a batch's plan, of encoding and of writing the part. */
export async function writingParts() {
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
  for await (const batch of planBatches(listed(items), 'bench')) {
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

async function* listed(items) {
  yield* items
}
