// node bench/head/optimum.mjs [TF_FILES…], after a build: how near the steps come to the regularised optimum of the softmax half
// that L-BFGS finds, and what that makes of the whole head. Five folds, each logits at their own temperature.
import { evaluate } from '../../dist/assess/metrics.js'
import { cooled, fitTemperature } from '../../dist/assess/temperature.js'
import { folds as dealFolds } from '../../dist/dataset/split.js'
import { discriminantOf } from '../../dist/head/halves.js'
import { kernelOf } from '../../dist/head/kernel.js'
import { heldOut, planHeads } from '../../dist/head/plan.js'
import { BIAS_SQUARE } from '../../dist/head/space.js'
import { crossValidate } from '../../dist/head/train.js'
import { chosenFolders, loadSet, rowsForHead } from '../evaluation/sets.mjs'
import { table } from '../measure.mjs'
import { optimum } from './lbfgs.mjs'

/** As the steps have it (src/head/train.ts), of rows whose mean square is 512 (src/head/space.ts). */
const DECAY = 0.05

const rows = []
for (const folder of chosenFolders(process.argv.slice(2))) {
  const set = await loadSet(folder, { head: 'mixed', layers: 'many' })
  const { engine, examples, options } = set
  const data = rowsForHead(set)
  const { labels, categories } = data
  const folds = dealFolds(examples, options.folds)
  const whole = await crossValidate(engine, data, folds, options)
  const plan = planHeads(data.rows, options.folds, (row, head) => folds[row] !== head)
  const part = heldOut((await discriminantOf(engine, data, plan)).logits, options.folds, folds, categories)
  const kernel = await kernelOf(engine, data.values, data.rows, BIAS_SQUARE)
  const best = new Float32Array(whole.length)
  for (let fold = 0; fold < options.folds; fold++) {
    const train = [...labels.keys()].filter(row => folds[row] !== fold)
    const { logits } = optimum(kernel, labels, categories, train, DECAY)
    labels.forEach((_, row) => {
      if (folds[row] === fold) best.set(logits.subarray(row * categories, (row + 1) * categories), row * categories)
    })
  }
  const softmax = whole.map((value, at) => 2 * value - part[at])
  const mixed = best.map((value, at) => (value + part[at]) / 2)
  rows.push([set.name, ...[softmax, best, whole, mixed].map(logits => figures({ logits, labels, categories }))])
  console.error(rows.at(-1).join(' | '))
}
console.log('Accuracy in percent, log loss.\n')
console.log(table(['set', 'softmax: 4000 steps', 'L-BFGS', 'whole head: 4000 steps', 'L-BFGS'], rows))
process.exit(0)

function figures(predictions) {
  const logits = cooled(predictions.logits, fitTemperature(predictions))
  const { accuracy, logLoss } = evaluate({ ...predictions, logits })
  return `${(100 * accuracy).toFixed(1)}, ${logLoss.toFixed(3)}`
}
