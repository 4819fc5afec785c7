import { relative, resolve } from 'node:path'
import { unitRows } from '../../assess/neighbours.ts'
import type { Refusal } from '../../dataset/refusals.ts'
import { unexpected } from '../../errors.ts'
import { headLogits } from '../../head/head.ts'
import { argMaxAt } from '../../head/softmax.ts'
import { lookAtPool, type PoolOptions } from '../next/pool.ts'
import { type Detail, groupRows } from './groups.ts'

export interface ClustersOptions extends PoolOptions {
  /** 1 few groups, 3 pure ones; 1 unless given. */
  readonly detail?: number
  readonly seed?: number
}

/** Pictures that look alike. */
export interface PictureCluster {
  /** Under the folder; the most typical first, the odd ones last. */
  readonly pictures: readonly string[]
  /** What the model takes most of them for; null without a model. */
  readonly suggestion: string | null
}

export interface ClustersResult {
  /** The largest first. */
  readonly groups: readonly PictureCluster[]
  /** In no group of four or more. */
  readonly rest: readonly string[]
  readonly skipped: readonly { readonly relative: string; readonly reason: string }[]
  /** `skipped` by the reason, the largest group first. */
  readonly refusals: readonly Refusal[]
}

/**
 * Groups the pictures of a folder by likeness, so that one name labels many.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function clusters(
  tfFiles: string,
  folder: string,
  options: ClustersOptions = {},
): Promise<ClustersResult> {
  const { detail = 1, seed = 1, signal } = options
  if (![1, 2, 3].includes(detail)) throw unexpected('--detail', '1, 2 or 3', detail)
  const { pool, stored, skipped, refusals } = await lookAtPool(tfFiles, folder, options)
  const { groups, rest } = await groupRows(unitRows(pool.matrix), { detail: detail as Detail, seed, signal })
  const pathOf = (row: number) => relative(resolve(folder), resolve(pool.pictures[row]!.path))
  const logits = stored && headLogits(stored.head, pool.matrix.values)
  const suggestion = (rows: readonly number[]) => {
    if (stored === undefined || logits === undefined) return null
    const { labels } = stored.manifest
    const votes = new Array<number>(labels.length).fill(0)
    for (const row of rows) votes[argMaxAt(logits, row * labels.length, labels.length)]!++
    return labels[votes.indexOf(Math.max(...votes))] ?? null
  }
  return {
    groups: groups.map(rows => ({ pictures: rows.map(pathOf), suggestion: suggestion(rows) })),
    rest: rest.map(pathOf),
    skipped,
    refusals,
  }
}
