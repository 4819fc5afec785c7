import { UserError, unexpected } from '../errors.ts'
import { count } from '../text.ts'

const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** What a split needs to know of a picture. */
export interface SplitExample {
  readonly label: number | string
  /** Of the picture's bytes; see `hashBytes`. */
  readonly hash: string
  /** Pictures that belong together, such as near-duplicates; the hash unless given. */
  readonly group?: string
}

/** The shares held out of training: 0 or more each, less than 1 together. */
export interface Fractions {
  readonly validation: number
  readonly test: number
}

export const DEFAULT_FRACTIONS: Fractions = { validation: 0.1, test: 0.1 }

/** The same picture under several labels. */
export interface Conflict {
  readonly hash: string
  readonly labels: readonly (number | string)[]
  /** Indices of the examples. */
  readonly examples: readonly number[]
}

/**
 * Decides for each picture whether it trains, validates or tests: each category's pictures are ranked by their hash
 * and cut. So names and places of files and folders change nothing, copies of a picture stay together, and a category
 * with enough pictures has some in every part. A picture (or group) found under two labels trains under both: it could
 * test neither.
 *
 * @returns one part an example, [examples]
 * @throws UserError `E_TOO_FEW_PICTURES`; `E_BAD_VALUE` for the fractions
 */
export function splitExamples(
  examples: readonly SplitExample[],
  fractions: Fractions = DEFAULT_FRACTIONS,
  nameOf: (label: number | string) => string = String,
): Split[] {
  checkFractions(fractions)
  const groups = groupExamples(examples)
  const parts: Split[] = new Array(examples.length).fill('train')
  const shared = new Map<number | string, number>()
  for (const { labels } of groups) if (labels.size > 1) for (const label of labels) increase(shared, label)
  for (const [label, ranked] of rankByCategory(groups)) {
    const [validation, test] = heldOut(nameOf(label), ranked.length, shared.get(label) ?? 0, fractions)
    for (const [rank, group] of ranked.entries()) {
      const part = rank < test ? 'test' : rank < test + validation ? 'validation' : 'train'
      for (const index of group.examples) parts[index] = part
    }
  }
  return parts
}

/**
 * Deals each category's pictures, ranked by hash, to `k` folds in turn; copies and groups share a fold. Every fold
 * gets the same number of each category's groups, give or take one, and of all.
 *
 * @returns the fold of each example, 0 to k - 1, [examples]
 * @throws UserError `E_BAD_VALUE` unless k is an integer from 2 on
 */
export function folds(examples: readonly SplitExample[], k: number): number[] {
  if (!Number.isInteger(k) || k < 2) throw unexpected('folds', 'an integer of at least 2', k)
  const groups = groupExamples(examples)
  const categories = [...rankByCategory(groups).values(), ranked(groups.filter(group => group.labels.size > 1))]
  // By hash, not by label: renaming a category must not deal anew. Going on where the last one stopped evens out folds.
  categories.sort((a, b) => compare(a[0]?.hash ?? '', b[0]?.hash ?? ''))
  const result: number[] = new Array(examples.length).fill(0)
  let turn = 0
  for (const group of categories.flat()) {
    for (const index of group.examples) result[index] = turn
    turn = (turn + 1) % k
  }
  return result
}

/** The pictures that lie under two labels or more, in the order of their first examples. */
export function findConflicts(examples: readonly SplitExample[]): Conflict[] {
  const found = groupExamples(examples.map(({ label, hash }) => ({ label, hash })))
  return found
    .filter(group => group.labels.size > 1)
    .map(group => ({ hash: group.hash, labels: [...group.labels], examples: group.examples }))
}

/** Examples that must stay together. */
interface Group {
  /** The smallest of its pictures' hashes. */
  hash: string
  readonly labels: Set<number | string>
  readonly examples: number[]
}

function groupExamples(examples: readonly SplitExample[]): Group[] {
  // A copy that came without the group of its twin still belongs to it.
  const keys = new Map<string, string>()
  for (const { hash, group } of examples) if (group !== undefined && !keys.has(hash)) keys.set(hash, `group ${group}`)
  const groups = new Map<string, Group>()
  for (const [index, { label, hash }] of examples.entries()) {
    const key = keys.get(hash) ?? hash
    const group = groups.get(key)
    if (group === undefined) {
      groups.set(key, { hash, labels: new Set([label]), examples: [index] })
      continue
    }
    group.labels.add(label)
    group.examples.push(index)
    if (hash < group.hash) group.hash = hash
  }
  return [...groups.values()]
}

/** The groups of one label alone, ranked by hash. */
function rankByCategory(groups: readonly Group[]): Map<number | string, Group[]> {
  const categories = new Map<number | string, Group[]>()
  for (const group of groups) {
    for (const label of group.labels) {
      const own = categories.get(label) ?? []
      if (group.labels.size === 1) own.push(group)
      categories.set(label, own)
    }
  }
  return new Map([...categories].map(([label, own]) => [label, ranked(own)]))
}

/** How many of a category's `free` groups are held out; `shared` more lie under another label too and train. */
function heldOut(category: string, free: number, shared: number, { validation, test }: Fractions): [number, number] {
  const parts = [validation, test].filter(fraction => fraction > 0).length
  if (free < parts || free + shared < parts + 1) {
    const but = shared > 0 ? ` of its own and ${shared} also found under another label` : ''
    throw new UserError(
      'E_TOO_FEW_PICTURES',
      `Category "${category}" has ${count(free, 'picture')}${but}, too few to train, validate and test: it needs at least ${parts + 1}.`,
      { hint: 'Copies of a picture count once. Add different pictures to it, or remove the folder.' },
    )
  }
  const most = free - (shared > 0 ? 0 : 1)
  const wanted = (fraction: number) => (fraction > 0 ? Math.max(1, Math.round(free * fraction)) : 0)
  const tests = Math.min(wanted(test), most - (validation > 0 ? 1 : 0))
  return [Math.min(wanted(validation), most - tests), tests]
}

function checkFractions({ validation, test }: Fractions): void {
  for (const [name, value] of Object.entries({ validation, test })) {
    if (!(value >= 0 && value < 1)) throw unexpected(`the ${name} fraction`, 'a number from 0 to less than 1', value)
  }
  if (!(validation + test < 1)) {
    throw unexpected('the validation and test fractions', 'a sum of less than 1', validation + test)
  }
}

const ranked = (groups: readonly Group[]) => [...groups].sort((a, b) => compare(a.hash, b.hash))
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const increase = (counts: Map<number | string, number>, key: number | string) =>
  counts.set(key, (counts.get(key) ?? 0) + 1)
