import type { Backbone } from '../backbone/backbone.ts'
import type { BackboneRunner } from './engine.ts'
import { startLanes } from './onnxLanes.ts'
import type { OrtName } from './onnxRuntime.ts'
import { isTooMuch, SECONDS_A_PICTURE, unlessTooMuch } from './tooMuch.ts'

/** Whatever is asked for, the network itself is loaded besides. */
const LEAST_PICTURES = 2

/**
 * A network that may take much, or for ever, in threads: signals are heard meanwhile, and what takes too much is given up.
 *
 * @param secondsAPicture of the processor; another one for tests
 */
export async function startWatchedLanes(
  bytes: Uint8Array,
  backbone: Backbone,
  lanes: number,
  library: OrtName,
  secondsAPicture = SECONDS_A_PICTURE,
): Promise<BackboneRunner> {
  const { name } = backbone
  let pictures = 0
  let isLost = false
  const watched = async <T>(count: number, work: () => Promise<T>): Promise<T> => {
    pictures += count
    const seconds = secondsAPicture * Math.max(LEAST_PICTURES, pictures) // those that wait for one another too
    try {
      return await unlessTooMuch({ name, pictures, seconds }, work())
    } finally {
      pictures -= count
    }
  }
  const runner = await watched(1, () => startLanes(bytes, backbone, lanes, library))
  return {
    atOnce: runner.atOnce,
    batch: runner.batch,
    run: async (pixels, count) => {
      try {
        return await watched(count, () => runner.run(pixels, count))
      } catch (error) {
        isLost ||= isTooMuch(error)
        throw error
      }
    },
    dispose: async () => {
      if (!isLost) await runner.dispose() // a thread that is lost can't be waited for
    },
  }
}
