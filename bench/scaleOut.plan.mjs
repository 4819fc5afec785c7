// Cuts ITC_KEYS keys into batches and prints what it took, as JSON: a process of its own, so that its memory is its own.
import { planBatches } from '../dist/jobs/guessAll/plan.js'

const keys = Number(process.env.ITC_KEYS)

/** As a bucket lists them. */
async function* listed() {
  for (let at = 0; at < keys; at++) {
    yield {
      key: `2025/camera-${at >> 12}/IMG_${String(at).padStart(8, '0')}.JPG`,
      size: 4e6 + at,
      etag: `"${at}"`,
      modified: 0,
    }
  }
}

const start = process.cpuUsage()
let [batches, pictures] = [0, 0]
for await (const { items } of planBatches(listed(), 'model')) {
  batches++
  pictures += items.length
}
const { user, system } = process.cpuUsage(start)
const peakMb = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ keys: pictures, batches, cpuSeconds: (user + system) / 1e6, peakMb }))
