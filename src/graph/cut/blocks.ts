/** One step of a network, as far as its blocks go. */
export interface Step {
  readonly name: string
  /** Names of the steps whose results it uses; others are passed over. */
  readonly inputs: readonly string[]
  /** Convolutions look at neighbouring places (`spatial`) or at one (`pointwise`); all else is `plain`. */
  readonly kind: 'spatial' | 'pointwise' | 'plain'
}

/** A stretch between two necks: one step, or a branching part, which is named by the step that joins it again. */
type Stretch = { readonly neck: string; readonly kind: Step['kind'] | 'module' }

/**
 * The steps that end a network's blocks, found by structure alone, so that they are the same for every family and way of
 * naming. What every path passes through is a neck; between two of them lies one step or a branching part (a residual
 * block, an Inception module). A block is one look at neighbouring places, the first pointwise convolution after it (the
 * second one widens for the next block) and what is done to each number after that.
 *
 * @param steps all between the picture and the map that is pooled, each after what it uses; the first is the input
 */
export function blockEnds(steps: readonly Step[]): string[] {
  const ends: string[] = []
  let end: string | undefined
  let narrowed = false // the block has had its pointwise convolution
  const close = () => {
    if (end !== undefined) ends.push(end)
    end = undefined
  }
  for (const { neck, kind } of stretches(steps)) {
    if (kind === 'spatial' || kind === 'module') {
      close()
      end = neck
      narrowed = kind === 'module'
    } else if (kind === 'pointwise' && narrowed) {
      close()
    } else if (end !== undefined) {
      end = neck
      narrowed ||= kind === 'pointwise'
    }
  }
  close()
  return ends
}

function stretches(steps: readonly Step[]): Stretch[] {
  const found: Stretch[] = []
  const lastUse = lastUses(steps)
  let start = 1
  let reach = lastUse[0] ?? 0 // the furthest step that uses one before this
  for (let at = 1; at < steps.length; at++) {
    if (reach <= at) {
      found.push({ neck: steps[at]!.name, kind: kindOf(steps.slice(start, at + 1)) })
      start = at + 1
    }
    reach = Math.max(reach, lastUse[at]!)
  }
  return found
}

/** Of each step the place of the last one that uses it. */
function lastUses(steps: readonly Step[]): number[] {
  const places = new Map(steps.map(({ name }, at) => [name, at]))
  const last = steps.map((_, at) => at)
  for (const [at, { inputs }] of steps.entries()) {
    for (const input of inputs) {
      const from = places.get(input)
      if (from !== undefined) last[from] = Math.max(last[from]!, at)
    }
  }
  return last
}

/** A branching part without a look at neighbours, such as squeeze-and-excite or x · sigmoid(x), is a plain step. */
function kindOf(part: readonly Step[]): Stretch['kind'] {
  if (part.length === 1) return part[0]!.kind
  return part.some(({ kind }) => kind === 'spatial') ? 'module' : 'plain'
}

/** Inner features may be this many times the last ones: as float16 they then cost at most 1.5 times their bytes. */
const MOST = 3

/**
 * Which blocks to read beside the last features: every second one in the second half of the depth, from the last back; in
 * deep networks every fourth and so on, so that they stay few.
 *
 * @param widths channels of the blocks' ends, 0 where not known
 * @param features length of the last features
 * @returns places in `widths`, ascending
 */
export function chooseBlocks(widths: readonly number[], features: number): number[] {
  const half = Math.floor(widths.length / 2)
  for (let stride = 2; ; stride *= 2) {
    const places: number[] = []
    for (let at = widths.length - 1; at >= half; at -= stride) places.unshift(at)
    const total = places.reduce((sum, at) => sum + widths[at]!, 0)
    if (total <= MOST * features) return places.filter(at => widths[at]! > 0)
    if (places.length <= 1) return []
  }
}
