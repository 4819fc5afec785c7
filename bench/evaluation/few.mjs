// node bench/evaluation/few.mjs DRAWS [TF_FILES…], after a build: heads trained on few pictures a category, drawn anew each time
// and measured on all the others; retrain.py's recipe beside the default. Points of accuracy, as a Markdown table.
import { headLogits } from '../../dist/head/head.js'
import { seededRandom } from '../../dist/head/sampler.js'
import { argMaxAt } from '../../dist/head/softmax.js'
import { machine, table } from '../measure.mjs'
import { chosenFolders, loadSet, subset, trainedHead } from './sets.mjs'

const COUNTS = [3, 5, 10, 20]
const KINDS = { before: { head: 'softmax', layers: 'last' }, after: { head: 'mixed', layers: 'many' } }
const draws = Number(process.argv[2] ?? 20)
console.log(`${machine()}\n`)

const rows = []
for (const folder of chosenFolders(process.argv.slice(3))) {
  const sets = {}
  for (const [kind, options] of Object.entries(KINDS)) sets[kind] = await loadSet(folder, options)
  const cells = []
  for (const count of COUNTS) {
    const gains = []
    for (let draw = 1; draw <= draws; draw++) {
      const chosen = drawn(sets.before.data, count, draw)
      if (chosen === undefined) break
      const [before, after] = [await accuracy(sets.before, chosen), await accuracy(sets.after, chosen)]
      gains.push(100 * (after - before))
    }
    cells.push(meanOf(gains))
  }
  rows.push([sets.before.name, ...cells])
  console.error(rows.at(-1).join(' | '))
}
console.log(table(['set', ...COUNTS.map(count => `${count} a category`)], rows))
process.exit(0)

/** So many rows of each category; undefined where a category has not twice as many. */
function drawn({ labels, categories }, count, seed) {
  const random = seededRandom(seed)
  const pools = Array.from({ length: categories }, (_, label) =>
    [...labels.keys()].filter(row => labels[row] === label),
  )
  if (pools.some(pool => pool.length < 2 * count)) return undefined
  return pools.flatMap(pool =>
    Array.from({ length: count }, () => pool.splice(Math.floor(random() * pool.length), 1)[0]),
  )
}

async function accuracy(set, chosen) {
  const head = await trainedHead(subset(set, chosen))
  const learnt = new Set(chosen)
  const others = [...set.data.labels.keys()].filter(row => !learnt.has(row))
  const { data } = subset(set, others)
  const logits = headLogits(head, data.values)
  const right = data.labels.filter((label, row) => argMaxAt(logits, row * head.categories, head.categories) === label)
  return right.length / others.length
}

function meanOf(gains) {
  if (gains.length < 2) return '–'
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const spread = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1) / gains.length)
  return `${mean < 0 ? '' : '+'}${mean.toFixed(1)} ± ${spread.toFixed(1)}`
}
