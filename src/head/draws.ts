import { drawRows, rowsByCategory, seededRandom } from './sampler.ts'

/** Draws so many rows, the next ones at each call. */
export type Draw = (count: number) => Int32Array

/** Rows that are drawn once for all who draw the same are kept: 16 MB of them. */
const MOST_KEPT = 4_000_000

/** @param pools rows by category */
export function drawing(pools: readonly Int32Array[], seed: number): Draw {
  const random = seededRandom(seed)
  return count => drawRows(pools, count, random)
}

const kept = new WeakMap<Int32Array, Map<string, DrawnOnce>>()

/**
 * Draws from all rows, as the heads of the folds and of all experiments do, over and over the same: they are drawn once for
 * the same labels.
 *
 * @param labels of the rows
 * @param training of all rows that train: theirs, and those of their variants
 * @param most that will be drawn
 */
export function drawingAll(labels: Int32Array, training: Int32Array, seed: number, most: number): Draw {
  const draw = () =>
    drawing(
      rowsByCategory(training, () => true),
      seed,
    )
  if (most > MOST_KEPT) return draw()
  const own = kept.get(labels) ?? new Map<string, DrawnOnce>()
  kept.set(labels, own)
  const key = [training.length, seed, most].join()
  const drawn = own.get(key) ?? new DrawnOnce(draw(), most)
  own.set(key, drawn)
  return drawn.again()
}

class DrawnOnce {
  readonly #draw: Draw
  readonly #rows: Int32Array
  #count = 0

  constructor(draw: Draw, most: number) {
    this.#draw = draw
    this.#rows = new Int32Array(most)
  }

  /** The same rows, from the first on. */
  again(): Draw {
    let end = 0
    return count => {
      const start = end
      end += count
      if (end > this.#count) {
        this.#rows.set(this.#draw(end - this.#count), this.#count)
        this.#count = end
      }
      return this.#rows.slice(start, end)
    }
  }
}
