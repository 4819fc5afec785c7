import { encodeModel } from '../formats/onnx/wire.ts'
import { loadAnyOrt } from './onnxRuntime.ts'
import { createSession } from './onnxSession.ts'

/** Queries a call: one matrix product that keeps all cores busy for a moment, and a pause behind it. */
const QUERIES = 256

/** The most alike rows of each row, the most alike first; itself is not among them. */
export interface NearestRows {
  /** Entries a row. */
  readonly size: number
  /** Row indices, [rows, size] */
  readonly row: Int32Array
  /** Their dot products, [rows, size]: cosines, for rows of length 1. */
  readonly cosine: Float32Array
}

/**
 * The exact nearest neighbours of every row by dot product, as one graph of a matrix product and TopK in onnxruntime: an
 * eighth of the time of the search in JavaScript. Time grows with the square of the rows.
 *
 * @param unit rows of length 1, [rows, width]
 * @param size neighbours a row; fewer where there are not so many rows
 * @throws the signal's reason when aborted; UserError `E_ENGINE`
 */
export async function nearestRows(
  unit: { readonly values: Float32Array; readonly rows: number; readonly width: number },
  size: number,
  signal?: AbortSignal,
): Promise<NearestRows> {
  const { values, rows, width } = unit
  const kept = Math.min(size, Math.max(0, rows - 1))
  const result = { size: kept, row: new Int32Array(rows * kept), cosine: new Float32Array(rows * kept) }
  if (kept === 0) return result
  const ort = await loadAnyOrt()
  const session = await createSession(ort, nearestModel(kept + 1))
  const table = new ort.Tensor('float32', values, [rows, width])
  try {
    for (let start = 0; start < rows; start += QUERIES) {
      signal?.throwIfAborted()
      const end = Math.min(rows, start + QUERIES)
      const queries = new ort.Tensor('float32', values.subarray(start * width, end * width), [end - start, width])
      const { cosines, indices } = await session.run({ queries, table })
      takeOthers(result, start, cosines!.data as Float32Array, indices!.data as BigInt64Array)
    }
  } finally {
    await session.release()
  }
  return result
}

/** Leaves each row itself out; where copies stand before it, the last of them. */
function takeOthers({ size, row, cosine }: NearestRows, start: number, cosines: Float32Array, indices: BigInt64Array) {
  const queries = cosines.length / (size + 1)
  for (let query = 0; query < queries; query++) {
    const own = start + query
    const from = query * (size + 1)
    let to = own * size
    for (let at = from; at <= from + size && to < (own + 1) * size; at++) {
      const other = Number(indices[at])
      if (other === own) continue
      row[to] = other
      cosine[to++] = cosines[at]!
    }
  }
}

/** queries [queries, width], table [rows, width] → the largest `count` of each row of queries · tableᵀ, and where they stand */
function nearestModel(count: number): Uint8Array {
  const of = (name: string, shape: readonly (string | number)[]) => ({ name, type: 'float' as const, shape })
  const products = { op: 'Gemm', name: 'products', inputs: ['queries', 'table'], outputs: ['products'] }
  const largest = { op: 'TopK', name: 'largest', inputs: ['products', 'count'], outputs: ['cosines', 'indices'] }
  return encodeModel({
    metadata: {},
    inputs: [of('queries', ['queries', 'width']), of('table', ['rows', 'width'])],
    outputs: [of('cosines', ['queries', count]), { name: 'indices', type: 'int64', shape: ['queries', count] }],
    tensors: [
      { name: 'count', type: 'int64', shape: [1], bytes: () => new Uint8Array(BigInt64Array.of(BigInt(count)).buffer) },
    ],
    nodes: [
      { ...products, attrs: { transB: 1 } },
      { ...largest, attrs: {} },
    ],
  })
}
