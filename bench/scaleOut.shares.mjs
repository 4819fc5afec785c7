import { createHash } from 'node:crypto'
import { isInShard } from '../dist/jobs/guessAll/plan.js'

/** Batches a share, on average. */
const MEANS = [5, 25, 100, 400]
const SHARDS = [2, 10, 100]
const TURNS = 20

/** How much more than its part the largest share has: shares are drawn by the batches' ids, whatever each process finds listed. */
export function shares() {
  console.log('\nthe largest share, times the mean: median (95th percentile) of', TURNS, 'plans')
  console.log(['shards', ...MEANS.map(mean => `${mean} batches each`)].join('\t'))
  for (const count of SHARDS) {
    const cells = MEANS.map(mean => {
      const largest = Array.from({ length: TURNS }, (_, turn) => largestShare(count, mean, turn)).sort((a, b) => a - b)
      return `${largest[TURNS / 2].toFixed(2)} (${largest[Math.floor(TURNS * 0.95)].toFixed(2)})`
    })
    console.log([count, ...cells].join('\t'))
  }
}

function largestShare(count, mean, turn) {
  const sizes = Array(count).fill(0)
  const indexes = [...sizes.keys()]
  for (let batch = 0; batch < count * mean; batch++) {
    const id = createHash('sha256').update(`${turn} ${batch}`).digest('hex')
    sizes[indexes.find(index => isInShard({ id }, { index, count }))]++
  }
  return Math.max(...sizes) / mean
}
