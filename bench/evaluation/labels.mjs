// node bench/evaluation/labels.mjs SEEDS [TF_FILES…], after a build: of 5 % of the labels swapped, the share that the product finds
// in the first tenth of its list; and that it would find if the labels of all other pictures were known to be right, when its heads are
// trained on them: no better guess at which labels are wrong can lead the same heads to more.
import { rankDoubtful } from '../../dist/assess/doubtful.js'
import { cooled, fitTemperature } from '../../dist/assess/temperature.js'
import { machine, table } from '../measure.mjs'
import { chosenFolders, crossValidated, foundInFirstTenth, loadSet, nearOf, swapped, swappedFound } from './sets.mjs'

const seeds = Number(process.argv[2] ?? 5)
console.log(`${machine()}\n`)

const rows = []
for (const folder of chosenFolders(process.argv.slice(3))) {
  const set = await loadSet(folder)
  const found = { asItIs: [], right: [] }
  for (let seed = 1; seed <= seeds; seed++) {
    found.asItIs.push(await swappedFound(set, seed))
    found.right.push(await foundByRightHeads(set, seed))
  }
  rows.push([set.name, shown(found.asItIs), shown(found.right)])
}
console.log(table(['set', 'found', 'with all other labels right'], rows))
process.exit(0)

/** Both kinds of heads are those of the set as it was, which never saw the picture either; its folds are those of the swapped one. */
async function foundByRightHeads(set, seed) {
  const { set: changed, rows } = swapped(set, 0.05, seed)
  const { logits } = await crossValidated({ ...set, examples: changed.examples }, seed)
  const calibrated = cooled(logits, fitTemperature({ ...set.data, logits }))
  const { neighbours } = await nearOf(changed)
  const doubts = rankDoubtful({ ...changed.data, logits: calibrated }, { neighbours, cleared: calibrated })
  return foundInFirstTenth(doubts, rows)
}

function shown(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const error = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length / Math.max(1, values.length - 1),
  )
  return `${mean.toFixed(3)} ± ${error.toFixed(3)}`
}
