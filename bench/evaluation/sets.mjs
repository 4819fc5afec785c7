// Pictures as labelled features, and heads trained on them, by the built library.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assess, findNear } from '../../dist/assess/assess.js'
import { blocksOf } from '../../dist/backbone/backbone.js'
import { scanDataset } from '../../dist/dataset/scan.js'
import { folds as dealFolds } from '../../dist/dataset/split.js'
import { lastFeatures } from '../../dist/features/lastFeatures.js'
import { inSpace } from '../../dist/head/halves.js'
import { seededRandom } from '../../dist/head/sampler.js'
import { crossValidate, trainHead, trainSideBySide } from '../../dist/head/train.js'
import { bottlenecksOf } from '../../dist/jobs/train/bottlenecks.js'
import { groupedExamples } from '../../dist/jobs/train/groups.js'
import { resolveTrainOptions } from '../../dist/jobs/train/options.js'
import { loadingEngine, withRun } from '../../dist/jobs/train/run.js'
import { layoutOf } from '../../dist/model/layout.js'
import { findPictures } from '../../dist/model/pictures.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tf_files folders named, else the sample and, beside the repository, the superheroes. */
export function chosenFolders(named) {
  if (named.length > 0) return named.map(path => resolve(path))
  return [join(root, '../shared/superheroes/tf_files'), join(root, 'tf_files')].filter(path => existsSync(path))
}

/**
 * A folder's pictures as bottlenecks; its cache goes to a temporary folder, for it may be read-only.
 *
 * @param given options of a training: `head`, `layers`, `backbone`
 */
export async function loadSet(folder, given = {}) {
  const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
  try {
    mkdirSync(join(work, 'tf_files'))
    symlinkSync(join(folder, 'data'), join(work, 'tf_files', 'data'))
    const layout = layoutOf(join(work, 'tf_files'))
    const name = basename(folder) === 'tf_files' ? basename(dirname(folder)) : basename(folder)
    const dataset = await scanDataset(layout.data)
    const place = await findPictures(layout.root, resolveTrainOptions({}).pictures)
    const options = resolveTrainOptions(given)
    const engine = loadingEngine(options.engine)
    return await withRun({ layout, place, engine }, options, undefined, async run => {
      const { data, extraction, backbones } = await bottlenecksOf(dataset, run)
      const near = await findNear(lastFeatures(data, backbones), data.labels)
      const examples = groupedExamples(extraction, data.labels, near)
      return { name, data, backbones, examples, near, options: run.options.head, engine: await run.engine() }
    })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Cross-validated logits, and what `assess` needs to train heads of its own. */
export async function crossValidated(set, seed = 1) {
  const { examples, engine } = set
  const options = { ...set.options, seed }
  const folds = dealFolds(redealt(examples, seed), options.folds)
  const data = rowsForHead(set)
  const logits = await crossValidate(engine, data, folds, options)
  return { folds, logits, trainHeads: plan => trainSideBySide(engine, data, plan, options) }
}

/** Other folds for every seed but the first, which has the product's own. */
function redealt(examples, seed) {
  if (seed === 1) return examples
  const other = text => createHash('sha256').update(`${seed} ${text}`).digest('hex')
  return examples.map(({ label, hash, group }) => {
    return { label, hash: other(hash), ...(group !== undefined && { group: other(group) }) }
  })
}

/** What heads are trained on, and what pictures are compared by. */
export function rowsForHead({ data, backbones, options }) {
  const splits = Array.from(data.labels, () => 'train')
  return options.head === 'mixed' ? inSpace(data, backbones.map(blocksOf), splits) : data
}
export function lastOf({ data, backbones }) {
  return lastFeatures(data, backbones)
}

/** What `assess` compares pictures by. */
export function nearOf(set) {
  return findNear(lastOf(set), set.data.labels)
}

export async function trainedHead(set) {
  const splits = Array.from(set.data.labels, () => 'train')
  return (await trainHead(set.engine, rowsForHead(set), splits, set.options)).head
}

/** The rows named, as a set of their own. */
export function subset(set, rows) {
  const { values, width, categories, labels } = set.data
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, to) => {
    kept.set(values.subarray(row * width, (row + 1) * width), to * width)
  })
  const data = { values: kept, rows: rows.length, width, categories, labels: Int32Array.from(rows, row => labels[row]) }
  return { ...set, data, examples: rows.map(row => set.examples[row]), near: undefined }
}

/** The same set with a share of its labels swapped for others; and which rows those are. */
export function swapped(set, share, seed) {
  const random = seededRandom(seed)
  const labels = set.data.labels.slice()
  const { categories } = set.data
  const rows = new Set()
  while (rows.size < Math.round(labels.length * share)) rows.add(Math.floor(random() * labels.length))
  for (const row of rows) labels[row] = (labels[row] + 1 + Math.floor(random() * (categories - 1))) % categories
  const examples = set.examples.map((example, row) => ({ ...example, label: labels[row] }))
  return { set: { ...set, examples, data: { ...set.data, labels }, near: undefined }, rows }
}

/** Of a twentieth of the labels, swapped, the share that the product ranks among the most doubtful tenth of all. */
export async function swappedFound(set, seed) {
  const { set: changed, rows } = swapped(set, 0.05, seed)
  const { logits, folds, trainHeads } = await crossValidated(changed, seed)
  const near = await nearOf(changed)
  const { doubts } = await assess(near, { ...changed.data, logits }, folds, { trainHeads, brief: true })
  return foundInFirstTenth(doubts, rows)
}

/** The share of the rows named that are in the first tenth of a list of all. */
export function foundInFirstTenth(doubts, rows) {
  return doubts.slice(0, Math.ceil(doubts.length / 10)).filter(({ row }) => rows.has(row)).length / rows.size
}
