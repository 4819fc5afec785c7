import { type NearestRows, nearestRows } from '../../engine/onnxNearest.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'

/** Rows kept beside those still asked for, at most: beyond, too many neighbours would be gone. */
const MOST_GONE = 0.5

/**
 * Nearest neighbours of pictures, searched once: what is labelled meanwhile is only left out, for the search takes half a
 * minute for 20,000 pictures and its answer is asked for again at every change of the slider.
 */
export class Neighbourhood {
  #ids: readonly number[] = []
  #nearest: NearestRows | undefined

  forget(): void {
    this.#ids = []
    this.#nearest = undefined
  }

  /**
   * @param ids of the rows
   * @param unit rows of length 1
   * @returns `row` is -1 where a neighbour is none of these rows
   */
  async of(ids: readonly number[], unit: FeatureMatrix, size: number, signal?: AbortSignal): Promise<NearestRows> {
    const places = new Map(this.#ids.map((id, at) => [id, at]))
    const known = this.#nearest
    const enough = ids.length >= MOST_GONE * this.#ids.length && ids.every(id => places.has(id))
    if (known !== undefined && known.size >= size && enough) return restricted(known, this.#ids, ids, places)
    const nearest = await nearestRows(unit, size, signal)
    this.#ids = ids
    this.#nearest = nearest
    return nearest
  }
}

function restricted(
  { size, row, cosine }: NearestRows,
  all: readonly number[],
  ids: readonly number[],
  places: ReadonlyMap<number, number>,
): NearestRows {
  const now = new Map(ids.map((id, at) => [id, at]))
  const some = { size, row: new Int32Array(ids.length * size).fill(-1), cosine: new Float32Array(ids.length * size) }
  for (const [to, id] of ids.entries()) {
    const from = places.get(id)! * size
    for (let at = 0; at < size; at++) {
      some.row[to * size + at] = now.get(all[row[from + at]!]!) ?? -1
      some.cosine[to * size + at] = cosine[from + at]!
    }
  }
  return some
}
