import { createHash } from 'node:crypto'
import type { Backbone } from '../../backbone/backbone.ts'
import { runPipeline } from '../../features/pipeline.ts'
import { columnsOf, widthOf } from '../../features/rows.ts'
import { decodeForAll } from '../../image/decode.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { holdingFile } from '../../image/memory.ts'
import { PictureError } from '../../image/pictureError.ts'
import type { Runners } from '../../model/runners.ts'
import type { Item, Source } from '../../storage/store.ts'
import { pictureOf } from '../guessAll/nameBatch.ts'

/** A photograph of unknown size is taken for one of so many bytes. */
const USUAL_BYTES = 8e6

export interface Computed {
  /** sha256 by row; undefined where a picture can't be used. */
  readonly hashes: readonly (string | undefined)[]
  /** Reasons by row of those that can't. */
  readonly errors: ReadonlyMap<number, string>
  /** [rows, width], the networks side by side. */
  readonly values: Float32Array
}

export interface ComputeOptions {
  readonly source: Source
  readonly limits: DecodeLimits
  /** Pictures that are to come in all. */
  readonly pictures: number
  readonly signal?: AbortSignal | undefined
}

/** The bottlenecks of pictures of a source; each is fetched and decoded once for all networks. */
export async function computeBottlenecks(
  items: readonly Item[],
  backbones: readonly Backbone[],
  runners: Runners,
  { source, limits, pictures, signal }: ComputeOptions,
): Promise<Computed> {
  const width = widthOf(backbones)
  const values = new Float32Array(items.length * width)
  const hashes: (string | undefined)[] = items.map(() => undefined)
  const errors = new Map<number, string>()
  const recipes = backbones.map(({ recipe }) => recipe)
  const prepare = async (index: number) => {
    const { size = USUAL_BYTES, read } = pictureOf(items[index]!, source, limits, signal)
    try {
      return await holdingFile(size, async () => {
        const bytes = await read()
        const inputs = await decodeForAll(bytes, recipes, limits)
        hashes[index] = createHash('sha256').update(bytes).digest('hex')
        return inputs
      })
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      errors.set(index, error.reason)
      return []
    }
  }
  const networks = columnsOf(backbones).map(({ backbone: { features }, first }, place) => ({
    runner: () => runners.runner(place, pictures),
    onBatch: (indices: readonly number[], bottlenecks: Float32Array) => {
      for (const [row, index] of indices.entries()) {
        values.set(bottlenecks.subarray(row * features, (row + 1) * features), index * width + first)
      }
    },
  }))
  await runPipeline(items.length, { prepare, networks, signal })
  return { hashes, errors, values }
}
