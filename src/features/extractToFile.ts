import { type Backbone, blocksOf } from '../backbone/backbone.ts'
import type { Picture } from '../dataset/scan.ts'
import { type Extraction, knownHashes, usableOf } from './extract.ts'
import { FileTarget } from './fileTarget.ts'
import { fillRows } from './fill.ts'
import { lastWidth } from './lastFeatures.ts'
import { keepRows } from './matrix.ts'
import type { ExtractOptions } from './options.ts'
import type { RowFile } from './rowFile.ts'
import { columnsOf } from './rows.ts'
import { MatrixTarget } from './target.ts'
import { fillVariants } from './variants.ts'

/** Bottlenecks that memory has no room for. */
export interface FileExtraction {
  /** Its matrix has the last features alone: what pictures are compared by. */
  readonly extraction: Extraction
  /** The row of the file that each of its pictures has, then those of all first variants, then of the second ones. */
  readonly places: Int32Array
}

/**
 * As `extractFeatures`, and `extractVariants` behind it, but that bottlenecks go to a file: memory has the last features alone.
 *
 * @throws the signal's reason when aborted; UserError of the file's disk
 */
export async function extractToFile(
  pictures: readonly Picture[],
  backbones: readonly Backbone[],
  file: RowFile,
  options: ExtractOptions,
): Promise<FileExtraction> {
  const width = lastWidth(backbones)
  const values = new Float32Array(pictures.length * width)
  const hashes = await knownHashes(pictures, options)
  const failures = new Map<number, string>()
  const target = new FileTarget(file, 0, { target: new MatrixTarget(values, width), columns: lastColumns(backbones) })
  const { cached } = await fillRows({ pictures, hashes, failures, target }, backbones, options)
  const { rows, ...usable } = usableOf({ pictures, hashes, failures })
  const matrix = keepRows({ values, rows: pictures.length, width }, rows)
  return { extraction: { matrix, ...usable, cached }, places: Int32Array.from(rows) }
}

/** Puts the variants of all pictures behind them. @returns the places of all */
export async function variantsToFile(
  { extraction, places }: FileExtraction,
  backbones: readonly Backbone[],
  count: number,
  file: RowFile,
  options: ExtractOptions,
): Promise<Int32Array> {
  const { length } = places
  const first = places[length - 1]! + 1
  const failures = await fillVariants(extraction, backbones, count, new FileTarget(file, first), options)
  return Int32Array.from({ length: (1 + count) * length }, (_, at) => {
    return at < length || failures.has(at - length) ? places[at % length]! : first + at - length
  })
}

/** Of each column in a row where last features begin, their column in a row of last features alone. */
function lastColumns(backbones: readonly Backbone[]): Map<number, number> {
  let to = 0
  return new Map(
    columnsOf(backbones).map(({ backbone, first }) => {
      const own: [number, number] = [first, to]
      to += blocksOf(backbone)[0]!
      return own
    }),
  )
}
