// Trains as `itc train` does and says at once how many bottlenecks it has: kill.test.ts compares that with the cache.
import { writeSync } from 'node:fs'
import { train } from '../../dist/index.js'

const [tfFiles, seed] = process.argv.slice(2)
await train(tfFiles, {
  seed: Number(seed),
  steps: 500,
  onEvent: event => {
    if (event.kind === 'bottlenecks') writeSync(1, `${event.done}\n`)
  },
})
