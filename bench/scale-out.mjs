// npm run build && node bench/scale-out.mjs [--queue] [--features] [--all]: what many pictures cost beside being named.
//   always      planning a million keys; writing parts; how even shards are
//   --queue     what a queue costs and what a second worker brings: needs redis-server, taskset and two cores that have nothing
//               else to do. --pictures 1000 and --pairs 7 unless given; --tf-files of a model, else the sample's
//   --memory    a worker's peak memory with 160 photographs of 12 megapixels: needs redis-server
//   --features  trainings on 3,000,000 rows of 256 numbers and 300,000 of 3,584: minutes, and 10 GB of disk. --share 0.1: a tenth
import { parseArgs } from 'node:util'
import { planning, writingParts } from './scaleOut.parts.mjs'
import { shares } from './scaleOut.shares.mjs'

const { values } = parseArgs({
  options: {
    all: { type: 'boolean' },
    queue: { type: 'boolean' },
    memory: { type: 'boolean' },
    features: { type: 'boolean' },
    pictures: { type: 'string', default: '1000' },
    pairs: { type: 'string', default: '7' },
    'tf-files': { type: 'string' },
    share: { type: 'string', default: '1' },
  },
})

planning()
await writingParts()
shares()
if (values.queue || values.all) {
  const { queueCosts } = await import('./scaleOut.queue.mjs')
  await queueCosts({
    tfFiles: values['tf-files'],
    pictures: Number(values.pictures),
    pairs: Number(values.pairs),
  })
}
if (values.memory || values.all) {
  const { workerMemory } = await import('./scaleOut.queue.mjs')
  await workerMemory({ tfFiles: values['tf-files'] })
}
if (values.features || values.all) {
  const { beyondMemory } = await import('./scaleOut.beyond.mjs')
  await beyondMemory(Number(values.share))
}
