/**
 * Heads to train side by side, each on its own rows: what a trainer needs to know of an experiment. The experiments
 * (leaving categories out, fewer pictures) only say which rows; whoever calls trains them.
 */
export interface HeadsPlan {
  readonly rows: number
  readonly heads: number
  /** 1 where a row may train a head, else 0: [rows, heads]. */
  readonly active: Float32Array
}

/** Trains a plan's heads and returns the logits of every row under every head, [rows, heads, categories]. */
export type TrainHeads = (plan: HeadsPlan) => Promise<Float32Array>

/** A plan from a rule. */
export function planHeads(rows: number, heads: number, trains: (row: number, head: number) => boolean): HeadsPlan {
  const active = new Float32Array(rows * heads)
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) if (trains(row, head)) active[row * heads + head] = 1
  }
  return { rows, heads, active }
}

/** Several plans in one, so that all their heads share one training run. */
export function joinPlans(plans: readonly HeadsPlan[]): HeadsPlan {
  const heads = plans.reduce((sum, plan) => sum + plan.heads, 0)
  const rows = plans[0]?.rows ?? 0
  const active = new Float32Array(rows * heads)
  for (let row = 0, to = 0; row < rows; row++) {
    for (const plan of plans) {
      active.set(plan.active.subarray(row * plan.heads, (row + 1) * plan.heads), to)
      to += plan.heads
    }
  }
  return { rows, heads, active }
}

/** Some heads of a plan alone, by their numbers in it. */
export function headsOfPlan({ rows, heads, active }: HeadsPlan, some: readonly number[]): HeadsPlan {
  return planHeads(rows, some.length, (row, at) => active[row * heads + some[at]!] !== 0)
}

/** A plan of some of its rows alone, or of more that go with them: row `at` of it is row `some[at] % plan.rows`. */
export function rowsOfPlan({ rows, heads, active }: HeadsPlan, some: Int32Array): HeadsPlan {
  const own = new Float32Array(some.length * heads)
  for (const [at, row] of some.entries()) {
    const from = (row % rows) * heads
    own.set(active.subarray(from, from + heads), at * heads)
  }
  return { rows: some.length, heads, active: own }
}

/** Puts the logits of some heads of a plan, [rows, some, categories], to their places among those of all its heads. */
export function placeLogits(
  logits: Float32Array,
  some: readonly number[],
  { rows, heads }: HeadsPlan,
  all: Float32Array,
): void {
  const categories = logits.length / (rows * some.length)
  for (let row = 0; row < rows; row++) {
    for (const [at, head] of some.entries()) {
      const from = (row * some.length + at) * categories
      all.set(logits.subarray(from, from + categories), (row * heads + head) * categories)
    }
  }
}

/** The logits of each of the joined plans, in their order. */
export function splitLogits(plans: readonly HeadsPlan[], logits: Float32Array, categories: number): Float32Array[] {
  const heads = plans.reduce((sum, plan) => sum + plan.heads, 0)
  let before = 0
  return plans.map(plan => {
    const own = new Float32Array(plan.rows * plan.heads * categories)
    for (let row = 0; row < plan.rows; row++) {
      const from = (row * heads + before) * categories
      own.set(logits.subarray(from, from + plan.heads * categories), row * plan.heads * categories)
    }
    before += plan.heads
    return own
  })
}

/** Of each row the logits by the head that stands for its fold: [rows, heads, categories] → [rows, categories]. */
export function heldOut(
  logits: Float32Array,
  heads: number,
  folds: ArrayLike<number>,
  categories: number,
): Float32Array {
  const rows = logits.length / (heads * categories)
  const own = new Float32Array(rows * categories)
  for (let row = 0; row < rows; row++) {
    const offset = (row * heads + folds[row]!) * categories
    own.set(logits.subarray(offset, offset + categories), row * categories)
  }
  return own
}

/** Folds that rows are dealt to, by their numbers from 0. */
export function countFolds(folds: ArrayLike<number>): number {
  return 1 + Array.from(folds).reduce((most, fold) => Math.max(most, fold), 0)
}

/**
 * Outputs of a loop, at least, where heads are cut into several, one a thread. Each loop gathers its batches' rows by itself,
 * which costs as much as some ten outputs do (bench/README.md).
 */
const LEAST_OUTPUTS = 30

/** Numbers of the heads of each loop: all in one, or about as many in each of as many as there are cores. */
export function loopsOf({ heads }: Pick<HeadsPlan, 'heads'>, categories: number, cores: number): number[][] {
  const outputs = categories === 2 ? heads : heads * categories // a pair is one output
  const loops = Math.max(1, Math.min(cores, heads, Math.floor(outputs / LEAST_OUTPUTS)))
  const firstOf = (loop: number) => Math.floor((loop * heads) / loops)
  return Array.from({ length: loops }, (_, loop) => {
    return Array.from({ length: firstOf(loop + 1) - firstOf(loop) }, (_, at) => firstOf(loop) + at)
  })
}
