// Gives 100,000 pictures in batches of ITC_BATCH to a queue and takes them out again, with nothing done, and prints what that took, as
// JSON: this process's CPU and the server's.
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { batchJob } from '../dist/queue/batchJob.js'
import { BatchQueue } from '../dist/queue/batchQueue.js'
import { BatchWorker } from '../dist/queue/batchWorker.js'

const address = process.env.ITC_QUEUE ?? ''
const [PICTURES, BATCH] = [100_000, Number(process.env.ITC_BATCH)]
const places = { model: 'a'.repeat(64), source: 's3://traps/2025/', results: 's3://results/2025/' }
const jobs = Array.from({ length: Math.ceil(PICTURES / BATCH) }, (_, batch) => {
  const items = Array.from({ length: BATCH }, (_, at) => ({
    key: `camera-${batch}/IMG_${String(at).padStart(8, '0')}.JPG`,
    size: 4e6 + at,
    etag: `"${createHash('md5').update(`${batch} ${at}`).digest('hex')}"`,
    modified: 0,
  }))
  return batchJob(createHash('sha256').update(`${batch}`).digest('hex'), items, places)
})

const redis = new Redis(address)
/** Of the server, in milliseconds. */
const serverMs = async () => {
  const info = await redis.info('cpu')
  const of = name => Number(new RegExp(`^${name}:(.*)`, 'm').exec(info)[1])
  return 1000 * (of('used_cpu_user') + of('used_cpu_sys'))
}
const queue = await BatchQueue.open(address, () => undefined)
const [cpu, server] = [process.cpuUsage(), await serverMs()]
await queue.put(jobs)
let done = 0
const all = new Promise(resolve => {
  const perform = async () => {
    if (++done === jobs.length) resolve()
  }
  void BatchWorker.start(address, { perform, atOnce: 2, silenceMs: 30_000, onTrouble: console.error }).then(worker =>
    all.then(() => worker.close()),
  )
})
await all
const { user, system } = process.cpuUsage(cpu)
const cpuMs = (user + system) / 1000
console.log(
  JSON.stringify({ pictures: jobs.length * BATCH, batch: BATCH, cpuMs, serverMs: (await serverMs()) - server }),
)
await queue.close()
redis.disconnect()
