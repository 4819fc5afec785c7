import type { Split } from '../dataset/split.ts'
import { pause } from '../flow/pause.ts'
import type { Blocks } from './blocks.ts'
import type { LabelledStore } from './labelled.ts'
import { centring, formOf, type HeadForm, type HeadSpace, learntOf, spaceOf } from './space.ts'
import type { StoredRows } from './stored.ts'

/** Numbers that are read at a time: 32 MB. */
const AT_ONCE = 8e6

/** Stored rows that can be changed. */
export interface ChangeableRows {
  /** Changes all of them where they are stored, some at a time: [some, width]. */
  change(change: (rows: Float32Array) => void, signal?: AbortSignal): Promise<void>
}

/**
 * As `inSpace`: the space is learnt by one look at each row that trains, and then all of them are stored anew.
 *
 * @param data normalised rows
 * @param place where they are stored
 */
export async function storedInSpace(
  data: LabelledStore,
  place: ChangeableRows,
  backbones: readonly Blocks[],
  splits: readonly Split[],
  signal?: AbortSignal,
): Promise<LabelledStore> {
  const learnt = Int32Array.from(data.labels.keys()).filter(row => splits[row] === 'train')
  const counts = new Array<number>(data.categories).fill(0)
  for (const row of learnt) counts[data.labels[row]!]!++
  const space = await learnSpace(data.stored, backbones, learntOf(learnt), formOf(counts), signal)
  await place.change(centring(space), signal)
  return { ...data, space }
}

/**
 * The space of normalised rows that are stored, by the mean of each number and of its square.
 *
 * @param learnt rows that it is taken from
 * @param form what heads of so many pictures are
 */
async function learnSpace(
  stored: StoredRows,
  backbones: readonly Blocks[],
  learnt: Int32Array,
  form: HeadForm,
  signal?: AbortSignal,
): Promise<HeadSpace> {
  const blocks = backbones.flat()
  const width = blocks.reduce((sum, length) => sum + length, 0)
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)]
  const slice = Math.max(1, Math.floor(AT_ONCE / width))
  const memory = new Float32Array(Math.min(slice, learnt.length) * width)
  for (let at = 0; at < learnt.length; at += slice) {
    await pause(signal)
    addUp(await stored.read(learnt.subarray(at, at + slice), memory), sums, squares)
  }
  const count = Math.max(1, learnt.length)
  const mean = Float32Array.from(sums, sum => sum / count)
  const around = squares.map((square, at) => square / count - (sums[at]! / count) ** 2)
  let start = 0
  const ofBlocks = blocks.map(length => {
    const own = around.subarray(start, start + length)
    start += length
    return own.reduce((sum, square) => sum + square, 0)
  })
  return spaceOf(mean, ofBlocks, backbones, form)
}

function addUp(rows: Float32Array, sums: Float64Array, squares: Float64Array): void {
  const width = sums.length
  for (let from = 0; from < rows.length; from += width) {
    for (let at = 0; at < width; at++) {
      const value = rows[from + at]!
      sums[at]! += value
      squares[at]! += value * value
    }
  }
}
