import type { InferenceSession } from 'onnxruntime-web'
import { pause } from '../flow/pause.ts'
import { productModel } from './headGraph.ts'
import type { Ort } from './onnxRuntime.ts'
import { createSession } from './onnxSession.ts'
import type { Factor, Products } from './products.ts'

/** Products that the event loop may wait for: a tenth of a second. */
const PRODUCTS_A_CALL = 2e9

/** Keeps a matrix at hand in onnxruntime; it is not copied. */
export async function createOnnxProducts(ort: Ort, factor: Factor): Promise<Products> {
  const tensorOf = ({ values, rows, width }: Factor) => new ort.Tensor('float32', values, [rows, width])
  const { node, web } = ort.env.versions
  const isNative = node !== undefined && web === undefined // WebAssembly has memory of its own
  let matrix = tensorOf(factor)
  const sessions: InferenceSession[] = []
  const product = (transposed: boolean) => {
    let session: Promise<InferenceSession> | undefined
    return async (left: Float32Array, memory?: Float32Array): Promise<Float32Array> => {
      const [rows, width] = matrix.dims as [number, number]
      const [inner, outer] = transposed ? [width, rows] : [rows, width]
      session ??= createSession(ort, productModel(transposed)).then(made => {
        sessions.push(made)
        return made
      })
      const made = await session
      const lines = left.length / inner
      const hasRoom = memory !== undefined && memory.length >= lines * outer
      const result = hasRoom ? memory.subarray(0, lines * outer) : new Float32Array(lines * outer)
      const block = Math.max(1, Math.floor(PRODUCTS_A_CALL / (inner * outer)))
      for (let line = 0; line < lines; line += block) {
        if (line > 0) await pause()
        const end = Math.min(lines, line + block)
        const part = new ort.Tensor('float32', left.subarray(line * inner, end * inner), [end - line, inner])
        const own = result.subarray(line * outer, end * outer)
        const product = new ort.Tensor('float32', own, [end - line, outer])
        const found = await made.run({ left: part, matrix }, isNative ? { product } : ['product'])
        if (!isNative) own.set(found.product!.data as Float32Array)
      }
      return result
    }
  }
  return {
    times: product(false),
    timesTransposed: product(true),
    swap: next => {
      matrix = tensorOf(next)
    },
    dispose: async () => {
      for (const session of sessions) await session.release()
    },
  }
}
