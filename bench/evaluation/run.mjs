// node bench/evaluation/run.mjs [TF_FILES…], after a build: what is claimed of evaluation, measured, as Markdown tables.
// Each folder's pictures are also strangers to all the others.
import { performance } from 'node:perf_hooks'
import { assess } from '../../dist/assess/assess.js'
import { bankCosine } from '../../dist/assess/bank.js'
import { energyAt, familiarity } from '../../dist/assess/familiarity.js'
import { evaluate } from '../../dist/assess/metrics.js'
import { auroc } from '../../dist/assess/statistics.js'
import { cooled, fitTemperature, foldTemperature } from '../../dist/assess/temperature.js'
import { headLogits } from '../../dist/head/head.js'
import { machine, table } from '../measure.mjs'
import { chosenFolders, crossValidated, lastOf, loadSet, nearOf, subset, swappedFound, trainedHead } from './sets.mjs'

const SWAPS = 5
const fixed = (value, digits = 3) => (value == null ? '–' : value.toFixed(digits))

const sets = []
for (const folder of chosenFolders(process.argv.slice(2))) sets.push(await loadSet(folder))
console.log(`${machine()}\n`)

console.log('Each set by itself. AUROC: each category left out in turn; swapped: 5 % of the labels, mean of 5 draws.\n')
const rows = []
for (const set of sets) {
  const { logits, folds, trainHeads } = await crossValidated(set)
  let training = 0
  const start = performance.now()
  const result = await assess(set.near, { ...set.data, logits }, folds, {
    trainHeads: async plan => {
      const before = performance.now()
      const trained = await trainHeads(plan)
      training += performance.now() - before
      return trained
    },
  })
  const milliseconds = Math.round(performance.now() - start - training)
  const { separation, rule } = result.familiarity
  rows.push([
    set.name,
    set.data.rows,
    set.data.categories,
    fixed(result.evaluation.accuracy),
    `${fixed(result.uncalibrated.calibration.error)} → ${fixed(crossFitted(set, logits, folds).error)}`,
    fixed(crossFitted(set, logits, folds).chance),
    fixed(result.temperature, 2),
    fixed(await meanSwappedFound(set), 2),
    fixed(separation.neighboursAuroc),
    fixed(separation.energyAuroc),
    `${fixed(separation.auroc)} (${rule.energyWeight})`,
    `${fixed(separation.threshold?.caught, 2)} at ${fixed(separation.threshold?.coverage, 2)}`,
    `${milliseconds} + ${Math.round(training)}`,
  ])
}
console.log(
  table(
    [
      'set',
      'pictures',
      'categories',
      'accuracy',
      'calibration error',
      'by chance',
      'T',
      'swapped in first tenth',
      'AUROC neighbours',
      'energy',
      'both (energy’s weight)',
      'strangers caught at coverage',
      'ms: mathematics + heads',
    ],
    rows,
  ),
)

console.log(
  '\nStrangers of another world: a quarter of the set held back is known, all of the other set unknown. AUROC.\n',
)
const across = []
for (const set of sets) {
  const all = [...set.data.labels.keys()]
  const known = subset(
    set,
    all.filter(row => row % 4 === 0),
  )
  const learnt = subset(
    set,
    all.filter(row => row % 4 !== 0),
  )
  const { logits, folds, trainHeads } = await crossValidated(learnt)
  const { temperature, familiarity: told } = await assess(await nearOf(learnt), { ...learnt.data, logits }, folds, {
    trainHeads,
  })
  const head = foldTemperature(await trainedHead(learnt), temperature)
  const ofKnown = scores(known, head, told)
  for (const other of sets) {
    if (other === set) continue
    const ofOther = scores(other, head, told)
    const areas = ['cosine', 'energy', 'both'].map(kind => auroc(ofKnown[kind], ofOther[kind]))
    const caught = ofOther.both.filter(score => score < told.rule.threshold).length / ofOther.both.length
    const passed = ofKnown.both.filter(score => score >= told.rule.threshold).length / ofKnown.both.length
    across.push([set.name, other.name, ...areas.map(area => fixed(area)), `${fixed(caught, 2)} at ${fixed(passed, 2)}`])
  }
}
console.log(table(['known', 'unknown', 'neighbours', 'energy', 'both', 'caught at coverage'], across))
process.exit(0)

/** Calibration of pictures none of which took part in fitting the temperature. */
function crossFitted({ data }, logits, folds) {
  const { labels, categories } = data
  const fitted = new Float32Array(logits.length)
  for (const fold of new Set(folds)) {
    const others = [...labels.keys()].filter(row => folds[row] !== fold)
    const part = {
      labels: Int32Array.from(others, row => labels[row]),
      logits: Float32Array.from(others.flatMap(row => [...logits.subarray(row * categories, (row + 1) * categories)])),
      categories,
    }
    const own = cooled(logits, fitTemperature(part))
    labels.forEach((_, row) => {
      if (folds[row] === fold) fitted.set(own.subarray(row * categories, (row + 1) * categories), row * categories)
    })
  }
  return evaluate({ logits: fitted, labels, categories }).calibration
}

async function meanSwappedFound(set) {
  let sum = 0
  for (let seed = 1; seed <= SWAPS; seed++) sum += await swappedFound(set, seed)
  return sum / SWAPS
}

function scores(set, head, { rule, bank }) {
  const { data } = set
  const last = lastOf(set)
  const logits = headLogits(head, data.values)
  const cosine = []
  const energy = []
  for (let row = 0; row < data.rows; row++) {
    cosine.push(bankCosine(bank, last.values.subarray(row * last.width, (row + 1) * last.width)))
    energy.push(energyAt(logits, row * head.categories, head.categories))
  }
  return { cosine, energy, both: cosine.map((value, row) => familiarity(rule, value, energy[row])) }
}
