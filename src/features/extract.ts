import type { Backbone } from '../backbone/backbone.ts'
import type { Picture, Skipped } from '../dataset/scan.ts'
import { pause, SLICE } from '../flow/pause.ts'
import type { BottleneckCache } from './cache.ts'
import { fillRows } from './fill.ts'
import { type FeatureMatrix, keepRows } from './matrix.ts'
import type { ExtractOptions } from './options.ts'
import { type Rows, widthOf } from './rows.ts'
import { MatrixTarget } from './target.ts'

export interface Extraction {
  /** A row a usable picture, in the order given; the backbones' bottlenecks side by side. */
  readonly matrix: FeatureMatrix
  readonly pictures: readonly Picture[]
  /** sha256 of each row's picture. */
  readonly hashes: readonly string[]
  readonly skipped: readonly Skipped[]
  readonly cached: number
}

/**
 * The feature matrix of pictures under one or more backbones: from the cache where it has them, else decoded and run.
 * A picture that can't be read or decoded is skipped and listed. What was computed is kept when it is interrupted.
 *
 * @throws the signal's reason when aborted
 */
export async function extractFeatures(
  pictures: readonly Picture[],
  backbones: readonly Backbone[],
  options: ExtractOptions,
): Promise<Extraction> {
  const width = widthOf(backbones)
  const values = new Float32Array(pictures.length * width)
  const hashes = await knownHashes(pictures, options)
  const failures = new Map<number, string>()
  const target = new MatrixTarget(values, width)
  const { cached } = await fillRows({ pictures, hashes, failures, target }, backbones, options)
  const { rows, ...usable } = usableOf({ pictures, hashes, failures })
  return { matrix: keepRows({ values, rows: pictures.length, width }, rows), ...usable, cached }
}

/** The rows that were filled, and what is known of their pictures. */
export function usableOf({ pictures, hashes, failures }: Pick<Rows, 'pictures' | 'hashes' | 'failures'>) {
  const rows = [...pictures.keys()].filter(row => !failures.has(row))
  return {
    rows,
    pictures: rows.map(row => pictures[row]!),
    hashes: rows.map(row => hashes[row]!),
    skipped: [...failures]
      .sort(([a], [b]) => a - b)
      .map(([row, reason]) => ({ relative: pictures[row]!.relative, reason })),
  }
}

/** Looked at to tell whether most of a set was read before. */
const LOOKED_AT = 64

/** Whether the bytes of most pictures were read before, told by some of them. */
export function knowsMost(store: BottleneckCache, pictures: readonly Picture[]): boolean {
  const each = Math.max(1, Math.floor(pictures.length / LOOKED_AT))
  const some = pictures.filter((_, at) => at % each === 0)
  return some.filter(picture => hashOf(store, picture) !== undefined).length * 2 > some.length
}

function hashOf(store: BottleneckCache, { relative, cachedAs = relative, size, mtimeMs }: Picture): string | undefined {
  const record = store.file(cachedAs)
  return record?.size === size && record.mtimeMs === mtimeMs ? record.hash : undefined
}

/** sha256 of the pictures whose files are as they were when their bytes were last read. */
export async function knownHashes(
  pictures: readonly Picture[],
  { store, signal }: ExtractOptions,
): Promise<(string | undefined)[]> {
  const hashes: (string | undefined)[] = []
  for (const picture of pictures) {
    if (hashes.length % SLICE === 0) await pause(signal)
    hashes.push(hashOf(store, picture))
  }
  return hashes
}
