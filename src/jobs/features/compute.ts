import type { Backbone } from '../../backbone/backbone.ts'
import { hashBytes } from '../../disk/identity.ts'
import { allFinite, noNumbers } from '../../features/finite.ts'
import { runPipeline } from '../../features/pipeline.ts'
import { columnsOf, widthOf } from '../../features/rows.ts'
import { decodeForAll } from '../../image/decode.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { holdingFile } from '../../image/memory.ts'
import { PictureError } from '../../image/pictureError.ts'
import { giveBack } from '../../image/squares.ts'
import type { LazyPicture } from '../../model/model.ts'
import type { Runners } from '../../model/runners.ts'

/** What comes of one picture. */
export interface Computed {
  /** Of its bytes, hex; undefined where it can't be used. */
  readonly sha256: string | undefined
  /** [width], the networks side by side; means nothing where it can't be used. */
  readonly bottleneck: Float32Array
  /** Why it can't be used. */
  readonly error: string | undefined
}

export interface ComputeOptions {
  readonly limits: DecodeLimits
  /** Pictures that are to come in all. */
  readonly pictures: number
  readonly signal?: AbortSignal | undefined
}

/** The bottlenecks of pictures, in their order; each is fetched and decoded once for all networks. */
export async function computeBottlenecks(
  pictures: readonly LazyPicture[],
  backbones: readonly Backbone[],
  runners: Runners,
  { limits, pictures: inAll, signal }: ComputeOptions,
): Promise<Computed[]> {
  const width = widthOf(backbones)
  const values = new Float32Array(pictures.length * width)
  const hashes: (string | undefined)[] = pictures.map(() => undefined)
  const errors = new Map<number, string>()
  const recipes = backbones.map(({ recipe }) => recipe)
  const prepare = async (index: number) => {
    const { size, read } = pictures[index]!
    try {
      return await holdingFile(size, async () => {
        const bytes = await read()
        const inputs = await decodeForAll(bytes, recipes, limits)
        hashes[index] = hashBytes(bytes)
        return inputs
      })
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      errors.set(index, error.reason)
      return []
    }
  }
  const networks = columnsOf(backbones).map(({ backbone: { features, name }, first }, place) => ({
    runner: () => runners.runner(place, inAll),
    onBatch: (indices: readonly number[], bottlenecks: Float32Array) => {
      for (const [row, index] of indices.entries()) {
        const own = bottlenecks.subarray(row * features, (row + 1) * features)
        if (allFinite(own)) values.set(own, index * width + first)
        else errors.set(index, noNumbers(name))
      }
    },
  }))
  await runPipeline(pictures.length, { prepare, networks, release: giveBack, signal })
  for (const at of errors.keys()) hashes[at] = undefined
  return hashes.map((sha256, at) => {
    return { sha256, bottleneck: values.subarray(at * width, (at + 1) * width), error: errors.get(at) }
  })
}
