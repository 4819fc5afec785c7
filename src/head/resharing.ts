import { rememberOrigin } from './kernel.ts'
import { isStore, type LabelledRows, type LabelledStore } from './labelled.ts'
import { type HeadsPlan, headsOfPlan } from './plan.ts'
import { type HeadForm, isHalved, multiply, shareOfLast, sharingMore, withShare } from './space.ts'

/*
 * Experiments train heads on some of the rows, a learning curve on an eighth of them. Such heads see the blocks by the shares
 * that a training on so few pictures would give them, and are a softmax alone where that would be.
 */

/** Heads of a plan that see the rows alike. */
export interface AlikeHeads {
  readonly data: LabelledRows
  readonly plan: HeadsPlan
  /** Their numbers in the whole plan. */
  readonly heads: readonly number[]
}

/** Above so many rows an eighth is enough for the shares of all: nothing has to be copied. */
const MOST_ROWS = 1500

/** The heads of a plan by how they see the rows: as the data has them, or as a training on so few rows does. */
export function byShare(data: LabelledRows, plan: HeadsPlan): AlikeHeads[] {
  const { space } = data
  const groups = new Map<string, { form: HeadForm | undefined; heads: number[] }>()
  for (let head = 0; head < plan.heads; head++) {
    const form = space && formFor(data, plan, head, space)
    const key = JSON.stringify([form?.last, form?.isHalved])
    const group = groups.get(key) ?? { form, heads: [] }
    group.heads.push(head)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ form, heads }) => {
    return { data: form ? inForm(data, form) : data, plan: headsOfPlan(plan, heads), heads }
  })
}

/** Never less of the last features than all rows are seen with, nor a discriminant where all rows are too few for it. */
function formFor(data: LabelledRows, { rows, heads, active }: HeadsPlan, head: number, usual: HeadForm): HeadForm {
  const seen = new Set<number>()
  let pictures = 0
  for (let row = 0; row < rows; row++) {
    if (active[row * heads + head] === 0) continue
    pictures++
    seen.add(data.labels[row]!)
  }
  const own = shareOfLast([pictures])
  const last = data.rows <= MOST_ROWS && own >= 0.8 ? Math.max(own, usual.last) : usual.last
  return { last, isHalved: usual.isHalved && isHalved(pictures * ALL_OF_FOLDS, seen.size) }
}

/** Heads of folds have four fifths of the pictures and stand for the head that has them all. */
const ALL_OF_FOLDS = 5 / 4

function inForm(data: LabelledRows, { last, isHalved }: HeadForm): LabelledRows {
  const shared = last === data.space!.last ? data : withMore(data, last)
  return { ...shared, space: { ...shared.space!, isHalved } }
}

function withMore(data: LabelledRows, last: number): LabelledRows {
  if (isStore(data)) return storeWithMore(data, last)
  const { variants, rows, width } = data
  const from = variants?.values ?? data.values
  const { values, space, perColumn } = withShare(from, data.space!, last)
  const own = { ...data, values: variants ? values.subarray(0, rows * width) : values, space }
  rememberOrigin(values, { from, perColumn })
  return variants ? { ...own, variants: { ...variants, values } } : own
}

/** Each row as it is read. */
function storeWithMore(data: LabelledStore, last: number): LabelledStore {
  const { perColumn, space } = sharingMore(data.space!, last)
  const { stored } = data
  const read = async (chosen: Int32Array, memory?: Float32Array) => {
    const rows = await stored.read(chosen, memory)
    multiply(rows, perColumn, rows)
    return rows
  }
  return { ...data, space, stored: { ...stored, read } }
}
