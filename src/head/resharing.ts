import { rememberOrigin } from './kernel.ts'
import { isStore, type LabelledRows, type LabelledStore } from './labelled.ts'
import { type HeadsPlan, headsOfPlan } from './plan.ts'
import { multiply, shareOfLast, sharingMore, withShare } from './space.ts'

/*
 * Experiments train heads on some of the rows, a learning curve on an eighth of them. Such heads see the blocks by the shares
 * that a training on so few pictures would give them.
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

/** The heads of a plan by the shares that they see: as the data has them, or more of the last features for heads of few rows. */
export function byShare(data: LabelledRows, plan: HeadsPlan): AlikeHeads[] {
  const { space } = data
  const groups = new Map<number | undefined, number[]>()
  for (let head = 0; head < plan.heads; head++) {
    const share = space && data.rows <= MOST_ROWS ? shareFor(plan, head, space.last) : space?.last
    groups.set(share, [...(groups.get(share) ?? []), head])
  }
  return [...groups].map(([share, heads]) => {
    const own = headsOfPlan(plan, heads)
    if (!space || share === undefined || share === space.last) return { data, plan: own, heads }
    return { data: withMore(data, share), plan: own, heads }
  })
}

/** Never less of the last features than all rows are seen with. */
function shareFor({ rows, heads, active }: HeadsPlan, head: number, usual: number): number {
  let pictures = 0
  for (let row = 0; row < rows; row++) pictures += active[row * heads + head]!
  const own = shareOfLast([pictures])
  return own >= 0.8 ? Math.max(own, usual) : usual
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
