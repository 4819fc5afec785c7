import type { Backbone } from '../../backbone/backbone.ts'
import type { Engine } from '../../engine/engine.ts'
import { decodePicture } from '../../image/decode.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'

/** Pictures named for a measurement, and how many times: the fastest time counts, for it was disturbed least. */
const PICTURES = 6
const ROUNDS = 4

/**
 * Milliseconds that naming one picture takes on this machine, alone and once the network is loaded: decoding it and
 * running the network. The head takes no time.
 *
 * @param paths pictures to measure with
 */
export async function measureCost(
  engine: Engine,
  backbone: Backbone,
  paths: readonly string[],
  limits: DecodeLimits,
  signal?: AbortSignal,
): Promise<number> {
  const runner = await engine.loadBackbone(backbone)
  try {
    let [sum, measured] = [0, 0]
    for (const path of paths) {
      let best = Number.POSITIVE_INFINITY
      try {
        for (let round = 0; round < ROUNDS; round++) {
          signal?.throwIfAborted()
          const start = performance.now()
          await runner.run(await decodePicture(path, backbone.recipe, limits), 1)
          best = Math.min(best, performance.now() - start)
        }
      } catch (error) {
        if (!(error instanceof PictureError)) throw error // changed or removed just now
        continue
      }
      sum += best
      if (++measured === PICTURES) break
    }
    return measured === 0 ? 0 : sum / measured
  } finally {
    await runner.dispose()
  }
}
