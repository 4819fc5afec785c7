// Names all pictures of ITC_SOURCE, by the library's plain loop or, with ITC_QUEUE, as a worker until the queue is empty, and
// prints what it took from when it was ready, as JSON: a process of its own, so that what is measured is its own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { limitsWith } from '../dist/image/limits.js'
import { loadModel } from '../dist/jobs/guess/loadModel.js'
import { namingWork } from '../dist/jobs/worker/naming.js'
import { runWorker } from '../dist/jobs/worker/worker.js'

const { ITC_TF: tfFiles, ITC_SOURCE: source, ITC_QUEUE: queue, ITC_RESULTS: results } = process.env
const model = await loadModel(tfFiles)
const start = { at: performance.now(), cpu: process.cpuUsage() }
let [pictures, last] = [0, start.at]
const done = count => {
  pictures += count
  last = performance.now()
}

if (queue) {
  const onEvent = event => event.kind === 'batch' && done(event.pictures)
  const limits = limitsWith()
  const work = namingWork(model, tfFiles, 'auto', limits)
  await runWorker(work, { queue, source, results, limits, untilEmpty: true, onEvent })
} else {
  const paths = readdirSync(source).map(name => join(source, name))
  for await (const _ of model.guessAll(paths, { pictures: 100_000 })) done(1)
}
const { user, system } = process.cpuUsage(start.cpu)
const peakMb = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ pictures, seconds: (last - start.at) / 1000, cpuMs: (user + system) / 1000, peakMb }))
await model.dispose()
