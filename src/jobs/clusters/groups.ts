import { type NearestRows, nearestRows } from '../../engine/onnxNearest.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'
import { seededRandom } from '../../head/sampler.ts'

/** How fine the groups are: Louvain's resolution, coarse to pure. */
const RESOLUTIONS = [1, 3, 6] as const
export type Detail = 1 | 2 | 3

/** Edges a picture; of few pictures fewer, or all would be neighbours of all. */
const NEIGHBOURS = { least: 3, most: 10, share: 1 / 8 } as const
/** Smaller groups save nobody a step. */
const LEAST_GROUP = 4
/** Beyond, a diverse part is grouped and the rest joins the nearest group: time grows with the square. */
const MOST_ROWS = 20_000

/** Rows that are alike, in groups. */
export interface RowGroups {
  /** The largest group first; in each the most typical row first, the odd ones last. */
  readonly groups: readonly (readonly number[])[]
  /** Rows of no group, or of one that is too small. */
  readonly rest: readonly number[]
}

export interface GroupOptions {
  readonly detail?: Detail
  readonly seed?: number
  /** Where somebody knows the neighbours of these rows already; see `nearestRows`. A row of -1 is no neighbour. */
  readonly nearest?: (rows: ArrayLike<number>, unit: FeatureMatrix, size: number) => Promise<NearestRows>
  readonly signal?: AbortSignal | undefined
}

/**
 * Groups by likeness: the 10 nearest of each row by cosine, edges of weight cos⁴, and communities by the Louvain method
 * (Blondel, Guillaume, Lambiotte and Lefebvre, "Fast unfolding of communities in large networks", 2008). Measured on seven
 * sets against k-means, Ward, average linkage and HDBSCAN, it leaves a person the fewest steps to name all pictures.
 *
 * @param unit rows of length 1
 */
export async function groupRows(unit: FeatureMatrix, options: GroupOptions = {}): Promise<RowGroups> {
  const { detail = 1, seed = 1, signal } = options
  if (unit.rows < LEAST_GROUP) return { groups: [], rest: [...Array(unit.rows).keys()] }
  const part = unit.rows > MOST_ROWS ? evenPart(unit, MOST_ROWS) : undefined
  const some = part === undefined ? unit : rowsOf(unit, part)
  const { least, most, share } = NEIGHBOURS
  const edges = Math.min(most, Math.max(least, Math.round(some.rows * share)))
  const rows = part ?? Int32Array.from({ length: unit.rows }, (_, row) => row)
  const nearest = await (options.nearest?.(rows, some, edges) ?? nearestRows(some, edges, signal))
  const communities = await louvain(some.rows, nearest, RESOLUTIONS[detail - 1]!, seed)
  const groups = communities.map(rows => rows.map(row => part?.[row] ?? row))
  if (part !== undefined) joinRest(unit, groups, part)
  return ranked(unit, groups)
}

async function louvain(rows: number, nearest: NearestRows, resolution: number, seed: number): Promise<number[][]> {
  const { UndirectedGraph } = await import('graphology')
  const { default: library } = await import('graphology-communities-louvain')
  // CommonJS: the function is what the types call the default of the default.
  const communitiesOf = library as unknown as (typeof library)['default']
  const graph = new UndirectedGraph()
  for (let row = 0; row < rows; row++) graph.addNode(row)
  for (let row = 0; row < rows; row++) {
    for (let at = row * nearest.size; at < (row + 1) * nearest.size; at++) {
      const other = nearest.row[at]!
      if (other >= 0 && !graph.hasEdge(row, other))
        graph.addEdge(row, other, { weight: Math.max(0, nearest.cosine[at]!) ** 4 })
    }
  }
  const found = communitiesOf(graph, { resolution, rng: seededRandom(seed), getEdgeWeight: 'weight' })
  const communities = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const community = found[row]!
    const others = communities.get(community)
    if (others) others.push(row)
    else communities.set(community, [row])
  }
  return [...communities.values()]
}

/** Rows spread evenly over their order, which is that of their names: bursts and series each give some. */
function evenPart({ rows }: FeatureMatrix, most: number): Int32Array {
  return Int32Array.from({ length: most }, (_, at) => Math.floor((at * rows) / most))
}

function rowsOf({ values, width }: FeatureMatrix, chosen: ArrayLike<number>): FeatureMatrix {
  const part = new Float32Array(chosen.length * width)
  for (let to = 0; to < chosen.length; to++) {
    part.set(values.subarray(chosen[to]! * width, (chosen[to]! + 1) * width), to * width)
  }
  return { values: part, rows: chosen.length, width }
}

/** Puts the rows that were left out into the group whose centre is nearest. */
function joinRest(unit: FeatureMatrix, groups: number[][], part: Int32Array): void {
  const centres = groups.map(rows => centreOf(unit, rows))
  const taken = new Set(part)
  for (let row = 0; row < unit.rows; row++) {
    if (taken.has(row)) continue
    const alike = centres.map(centre => dotAt(unit, row, centre))
    groups[alike.indexOf(Math.max(...alike))]!.push(row)
  }
}

function ranked(unit: FeatureMatrix, groups: readonly number[][]): RowGroups {
  const large = groups.filter(({ length }) => length >= LEAST_GROUP)
  const rest = groups.filter(({ length }) => length < LEAST_GROUP).flat()
  const sorted = large.map(rows => {
    const centre = centreOf(unit, rows)
    const alike = new Map(rows.map(row => [row, dotAt(unit, row, centre)]))
    return rows.sort((a, b) => alike.get(b)! - alike.get(a)! || a - b)
  })
  return {
    groups: sorted.sort((a, b) => b.length - a.length || a[0]! - b[0]!),
    rest: rest.sort((a, b) => a - b),
  }
}

/** Sum of the rows: its direction is all that is asked of it. */
function centreOf({ values, width }: FeatureMatrix, rows: readonly number[]): Float64Array {
  const centre = new Float64Array(width)
  for (const row of rows) for (let at = 0; at < width; at++) centre[at]! += values[row * width + at]!
  return centre
}

function dotAt({ values, width }: FeatureMatrix, row: number, other: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < width; at++) sum += values[row * width + at]! * other[at]!
  return sum
}
