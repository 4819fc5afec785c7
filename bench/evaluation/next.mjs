// node bench/evaluation/next.mjs SEEDS TF_FILES…, after a build: ways to choose which pictures to label next, as `itc next`
// does. Two labels a category, then six rounds of 20 that each way picks from what is left; a head is trained after each and
// measured on three tenths that nobody may pick. Mean balanced accuracy over the rounds, as Markdown tables; the sets are
// those of makeSets.mjs.
import { unitRows } from '../../dist/assess/neighbours.js'
import { headLogits } from '../../dist/head/head.js'
import { resolveHeadOptions } from '../../dist/head/options.js'
import { seededRandom } from '../../dist/head/sampler.js'
import { argMaxAt, softmaxRows } from '../../dist/head/softmax.js'
import { trainHead } from '../../dist/head/train.js'
import { pickNext } from '../../dist/jobs/next/pick.js'
import { machine, table } from '../measure.mjs'
import { chosenFolders, loadSet, subset } from './sets.mjs'

const FIRST = 2
const A_ROUND = 20
const ROUNDS = 6
const TESTED = 0.3
/** Of a head in between: a tenth of a training's, for so few pictures. */
const STEPS = 400
/**
 * Of an imbalanced pool: the first category has so many times the pictures of the last, those between in equal ratios, as
 * "long-tailed" sets are made (Cui et al., Class-Balanced Loss Based on Effective Number of Samples, 2019).
 */
const IMBALANCE = 10

/** Each picks `count` of the pool's rows. @type {Record<string, (pool: any, count: number, seed: number) => any>} */
const WAYS = {
  random: (pool, count, seed) => shuffled(pool.unit.rows, seed).slice(0, count),
  margin: (pool, count) => byMargin(pool).slice(0, count),
  'margin + k-means': (pool, count, seed) => clustered(pool, byMargin(pool), count, seed),
  'farthest first': (pool, count) => farthestFirst(pool, count),
  'balanced margin': (pool, count) => balanced(pool).slice(0, count),
  'balanced margin + k-means of 10 times as many': (pool, count, seed) => clustered(pool, balanced(pool), count, seed),
  'balanced margin + k-means (itc next)': async (pool, count, seed) =>
    (await pickNext(pool, count, seed)).map(({ row }) => row),
}

const seeds = Number(process.argv[2] ?? 4)
const sets = []
for (const folder of chosenFolders(process.argv.slice(3))) {
  sets.push(await loadSet(folder, { head: 'softmax', layers: 'last' }))
}
console.log(`${machine()}, ${seeds} seeds\n`)
for (const imbalanced of [false, true]) {
  const rows = []
  const curves = {}
  for (const [name, pick] of Object.entries(WAYS)) {
    const means = []
    for (const set of sets) {
      const runs = []
      for (let seed = 1; seed <= seeds; seed++) runs.push(await simulated(set, pick, seed, imbalanced))
      curves[name] = [...(curves[name] ?? []), ...runs]
      means.push(mean(runs.flat()))
      console.error(imbalanced ? 'imbalanced' : 'as it is', name, set.name, percent(means.at(-1)))
    }
    rows.push([name, ...means.map(percent), percent(mean(means))])
  }
  console.log(imbalanced ? '\nImbalanced pools:\n' : 'The pools as they are:\n')
  console.log(table(['way', ...sets.map(({ name }) => name), 'mean'], rows))
  console.log(`\nLabels after which itc next is as good as random ones after ${A_ROUND * ROUNDS}: ${saved(curves)}`)
}
process.exit(0)

/** Balanced accuracy after each round. */
async function simulated(set, pick, seed, imbalanced) {
  const { labels, categories } = set.data
  const order = shuffled(labels.length, seed)
  const test = order.slice(0, Math.round(TESTED * labels.length))
  let pool = order.slice(test.length)
  if (imbalanced) pool = thinned(pool, labels, categories)
  const known = []
  for (let label = 0; label < categories; label++) {
    known.push(...pool.filter(row => labels[row] === label).slice(0, FIRST))
  }
  const accuracies = []
  for (let round = 0; round <= ROUNDS; round++) {
    const learnt = subset(set, known).data
    const splits = known.map(() => 'train')
    const { head } = await trainHead(set.engine, learnt, splits, resolveHeadOptions({ folds: 0, steps: STEPS }))
    if (round > 0) accuracies.push(balancedAccuracy(head, subset(set, test).data))
    if (round === ROUNDS) break
    const taken = new Set(known)
    const left = pool.filter(row => !taken.has(row))
    const data = subset(set, left).data
    const scores = softmaxRows(headLogits(head, data.values), categories)
    const given = { unit: unitRows(data), scores, categories, isStrange: () => false, labelled: unitRows(learnt) }
    known.push(...(await pick(given, A_ROUND, seed + round)).map(row => left[row]))
  }
  return accuracies
}

function balancedAccuracy(head, { values, labels, categories }) {
  const logits = headLogits(head, values)
  const [right, all] = [new Float64Array(categories), new Float64Array(categories)]
  labels.forEach((label, row) => {
    all[label]++
    if (argMaxAt(logits, row * categories, categories) === label) right[label]++
  })
  return mean([...all.keys()].filter(label => all[label] > 0).map(label => right[label] / all[label]))
}

/** Of each category fewer than of the one before, five at least. */
function thinned(pool, labels, categories) {
  const rarer = IMBALANCE ** (-1 / (categories - 1))
  const kept = Array.from({ length: categories }, (_, label) => {
    const own = pool.filter(row => labels[row] === label).length
    return Math.max(5, Math.round(own * rarer ** label))
  })
  return pool.filter(row => kept[labels[row]]-- > 0)
}

function margins({ scores, categories, unit }) {
  return Array.from({ length: unit.rows }, (_, row) => {
    const own = [...scores.subarray(row * categories, (row + 1) * categories)]
    const best = own.indexOf(Math.max(...own))
    const [first, second] = own.toSorted((a, b) => b - a)
    return { row, best, margin: first - second }
  })
}

function byMargin(pool) {
  return margins(pool)
    .sort((a, b) => a.margin - b.margin)
    .map(({ row }) => row)
}

/** By margin, of each predicted category in turn. */
function balanced(pool) {
  const queues = Map.groupBy?.(margins(pool), ({ best }) => best) ?? grouped(margins(pool))
  const sorted = [...queues.values()].map(queue => queue.sort((a, b) => a.margin - b.margin))
  const longest = Math.max(...sorted.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) => sorted.flatMap(queue => queue[turn] ?? []))
    .flat()
    .map(({ row }) => row)
}

function grouped(all) {
  const groups = new Map()
  for (const one of all) groups.set(one.best, [...(groups.get(one.best) ?? []), one])
  return groups
}

async function clustered({ unit }, order, count, seed) {
  const { kmeans } = await import('ml-kmeans')
  const rows = order.slice(0, count * 10)
  if (rows.length <= count) return rows
  const points = rows.map(row => Array.from(rowOf(unit, row)))
  const { clusters, centroids } = kmeans(points, count, { seed, maxIterations: 25 })
  return centroids
    .flatMap((centre, at) => {
      const members = [...rows.keys()].filter(point => clusters[point] === at)
      const far = point => points[point].reduce((sum, value, column) => sum + (value - centre[column]) ** 2, 0)
      return members.sort((a, b) => far(a) - far(b)).slice(0, 1)
    })
    .map(point => rows[point])
}

/** Each time the picture whose nearest labelled or picked one is farthest. */
function farthestFirst({ unit, labelled }, count) {
  const nearest = Float64Array.from({ length: unit.rows }, (_, row) => {
    let best = -1
    for (let other = 0; other < labelled.rows; other++)
      best = Math.max(best, dot(rowOf(unit, row), rowOf(labelled, other)))
    return best
  })
  const picked = []
  while (picked.length < Math.min(count, unit.rows)) {
    const row = nearest.indexOf(Math.min(...nearest))
    picked.push(row)
    for (let other = 0; other < unit.rows; other++) {
      nearest[other] = Math.max(nearest[other], dot(rowOf(unit, row), rowOf(unit, other)))
    }
    nearest[row] = 2
  }
  return picked
}

/** Of each run, the labels after which itc next is as good as random ones at the end; their median. */
function saved(curves) {
  const names = Object.keys(curves)
  const needed = curves[names.at(-1)].map((curve, run) => {
    const round = curve.findIndex(accuracy => accuracy >= curves.random[run].at(-1))
    return round < 0 ? A_ROUND * ROUNDS : A_ROUND * (round + 1)
  })
  return `${needed.sort((a, b) => a - b)[Math.floor(needed.length / 2)]} in the median, beside the first`
}

function rowOf({ values, width }, row) {
  return values.subarray(row * width, (row + 1) * width)
}

function dot(a, b) {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at]
  return sum
}

function shuffled(count, seed) {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, row) => ({ row, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ row }) => row)
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function percent(share) {
  return (100 * share).toFixed(1)
}
