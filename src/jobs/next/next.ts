import { relative, resolve } from 'node:path'
import { unitRows } from '../../assess/neighbours.ts'
import { addHeldOut } from '../../dataset/heldOut.ts'
import type { Refusal } from '../../dataset/refusals.ts'
import { findRoot } from '../../dataset/root.ts'
import type { Picture } from '../../dataset/scan.ts'
import { unexpected } from '../../errors.ts'
import { headLogits } from '../../head/head.ts'
import { seededRandom } from '../../head/sampler.ts'
import { softmaxRows } from '../../head/softmax.ts'
import { familiarOf } from '../../model/familiar.ts'
import { liveHead } from './liveHead.ts'
import { type Pick, type Pool, pickNext } from './pick.ts'
import { lookAtPool, type PicturePool, type PoolOptions } from './pool.ts'
import { HELD_WHY, reasonOf } from './reason.ts'

export interface NextOptions extends PoolOptions {
  /** Pictures wanted, 1 to 1000; 20 unless given. */
  readonly count?: number
  readonly seed?: number
}

/** A picture that is worth a label. */
export interface NextPicture {
  /** From 1 on. */
  readonly rank: number
  readonly path: string
  /** What the head takes it for, and how likely that is; null before two categories have pictures. */
  readonly guess: string | null
  readonly score: number | null
  /** "between roses and tulips", "like 41 others", "unlike anything learnt", "drawn at random, to test by" */
  readonly why: string
  /** Set apart for testing: no training learns from it, once it has its label. */
  readonly held: boolean
}

export interface NextResult {
  readonly pictures: readonly NextPicture[]
  /** Pictures chosen from. */
  readonly of: number
  /** Labelled pictures that the head learnt from. */
  readonly learnt: number
  readonly skipped: readonly { readonly relative: string; readonly reason: string }[]
  /** `skipped` by the reason, the largest group first. */
  readonly refusals: readonly Refusal[]
}

const DEFAULT_COUNT = 20
/** Share of each round that is drawn at random and kept to test by. */
const HELD = 0.1

/**
 * Which pictures of a folder to label next, so that the classifier learns most from each label. A tenth of them is drawn at
 * random and set apart for testing: an accuracy measured on hard pictures alone would look worse than it is.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function next(tfFiles: string, folder: string, options: NextOptions = {}): Promise<NextResult> {
  const { count = DEFAULT_COUNT, seed = 1 } = options
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw unexpected('-n', 'a whole number from 1 to 1000', count)
  const look = await lookAtPool(tfFiles, folder, options)
  const { pool, labels } = await scored(look, options.signal)
  const held = drawHeld(look.pool.pictures.length, Math.floor(count * HELD), seed)
  const picks = (await pickNext(pool, count, seed)).filter(({ row }) => !held.includes(row))
  await addHeldOut(
    await findRoot(tfFiles),
    held.map(row => look.pool.hashes[row]!),
  )
  const chosen = [...picks.slice(0, count - held.length), ...held.map(row => ({ row }))]
  return {
    pictures: chosen.map((pick, at) => describe(pick, at + 1, folder, look.pool.pictures, pool, labels)),
    of: look.pool.pictures.length,
    learnt: look.labelled.pictures.length,
    skipped: look.skipped,
    refusals: look.refusals,
  }
}

async function scored(look: PicturePool, signal?: AbortSignal): Promise<{ pool: Pool; labels: readonly string[] }> {
  const { stored, labelled, pool } = look
  const labels = [...new Set(labelled.pictures.map(({ label }) => label))].sort()
  const unit = unitRows(pool.matrix)
  const common = { unit, labelled: unitRows(labelled.matrix), isStrange: () => false }
  if (labels.length < 2) return { pool: { ...common, scores: undefined, categories: 0 }, labels: [] }
  const numbers = new Map(labels.map((label, at) => [label, at]))
  const own = Int32Array.from(labelled.pictures, ({ label }) => numbers.get(label)!)
  const problem = { labels: own, categories: labels.length }
  const { head } = await liveHead(await look.engine(), labelled.matrix, problem, {
    temperature: stored?.manifest.temperature,
    signal,
  })
  const scores = softmaxRows(headLogits(head, pool.matrix.values), labels.length)
  const { values, width } = pool.matrix
  const isStrange = (row: number) => {
    const vector = values.subarray(row * width, (row + 1) * width)
    return stored !== undefined && familiarOf(stored, vector, headLogits(stored.head, vector)).unfamiliar
  }
  return { pool: { ...common, scores, categories: labels.length, isStrange }, labels }
}

function drawHeld(rows: number, count: number, seed: number): number[] {
  const random = seededRandom(seed + rows)
  const drawn = new Set<number>()
  while (drawn.size < Math.min(count, rows)) drawn.add(Math.floor(random() * rows))
  return [...drawn]
}

function describe(
  pick: Pick | { readonly row: number },
  rank: number,
  folder: string,
  pictures: readonly Picture[],
  { scores, categories }: Pool,
  labels: readonly string[],
): NextPicture {
  const { row } = pick
  const path = relative(resolve(folder), resolve(pictures[row]!.path))
  const own = scores?.subarray(row * categories, (row + 1) * categories)
  const best = own === undefined ? undefined : own.indexOf(Math.max(...own))
  const held = !('strange' in pick)
  return {
    rank,
    path,
    guess: best === undefined ? null : labels[best]!,
    score: best === undefined ? null : own![best]!,
    why: held ? HELD_WHY : reasonOf(pick, labels),
    held,
  }
}
