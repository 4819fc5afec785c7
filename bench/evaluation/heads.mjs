// node bench/evaluation/heads.mjs SEEDS [TF_FILES…], after a build: what heads of many layers, half softmax and half
// discriminant, do beside retrain.py's on the last features, over other folds for each seed, as a Markdown table.
import { assess } from '../../dist/assess/assess.js'
import { evaluate } from '../../dist/assess/metrics.js'
import { cooled } from '../../dist/assess/temperature.js'
import { machine, table } from '../measure.mjs'
import { chosenFolders, crossValidated, loadSet, swappedFound } from './sets.mjs'

const KINDS = {
  before: { head: 'softmax', layers: 'last' },
  after: { head: 'mixed', layers: 'many' },
}
const seeds = Number(process.argv[2] ?? 5)
console.log(`${machine()}\n`)

const rows = []
for (const folder of chosenFolders(process.argv.slice(3))) {
  const figures = {}
  let name
  for (const [kind, options] of Object.entries(KINDS)) {
    const set = await loadSet(folder, options)
    name = set.name
    figures[kind] = []
    for (let seed = 1; seed <= seeds; seed++) figures[kind].push(await figuresOf(set, seed))
  }
  rows.push([name, ...Object.keys(figures.before[0]).map(key => compared(figures, key))])
  console.error(rows.at(-1).join(' | '))
}
console.log(
  table(
    [
      'set',
      'accuracy',
      'log loss',
      'calibration error',
      'swapped in first tenth',
      'AUROC',
      'an eighth of the pictures',
    ],
    rows,
  ),
)
process.exit(0)

async function figuresOf(set, seed) {
  const { logits, folds, trainHeads } = await crossValidated(set, seed)
  const { data } = set
  const result = await assess(set.near, { ...data, logits }, folds, { trainHeads })
  const evaluation = evaluate({ ...data, logits: cooled(logits, result.temperature) })
  const curve = result.curve?.points ?? []
  return {
    accuracy: 100 * evaluation.accuracy,
    logLoss: evaluation.logLoss,
    calibration: evaluation.calibration.error,
    doubtful: await swappedFound(set, seed),
    auroc: result.familiarity.separation.auroc,
    early: curve[0] && 100 * curve[0].accuracy,
  }
}

/** Means before and after, and the paired difference with its standard error. */
function compared({ before, after }, key) {
  const pairs = before.map((figures, at) => [figures[key], after[at][key]]).filter(pair => pair.every(Number.isFinite))
  if (pairs.length === 0) return '–'
  const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length
  const gains = pairs.map(([a, b]) => b - a)
  const gain = mean(gains)
  const error = Math.sqrt(mean(gains.map(value => (value - gain) ** 2)) / Math.max(1, gains.length - 1))
  const digits = key === 'accuracy' || key === 'early' ? 1 : 3
  const shown = value => value.toFixed(digits)
  const sign = gain < 0 ? '' : '+'
  return `${shown(mean(pairs.map(([a]) => a)))} → ${shown(mean(pairs.map(([, b]) => b)))} (${sign}${shown(gain)} ± ${shown(error)})`
}
