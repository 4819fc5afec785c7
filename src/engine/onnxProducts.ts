import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { pause } from '../flow/pause.ts'
import { productModel } from './headGraph.ts'
import type { Ort } from './onnxRuntime.ts'
import { createSession } from './onnxSession.ts'
import type { Factor, Products } from './products.ts'

/** Products that the event loop may wait for: a tenth of a second. */
const PRODUCTS_A_CALL = 2e9

/** Keeps a matrix at hand in onnxruntime; it is not copied. */
export async function createOnnxProducts(ort: Ort, { values, rows, width }: Factor): Promise<Products> {
  const matrix = new ort.Tensor('float32', values, [rows, width])
  const sessions: InferenceSession[] = []
  const product = (transposed: boolean, inner: number, outer: number) => {
    let session: Promise<InferenceSession> | undefined
    return async (left: Float32Array): Promise<Float32Array> => {
      session ??= createSession(ort, productModel(transposed)).then(made => {
        sessions.push(made)
        return made
      })
      const lines = left.length / inner
      const result = new Float32Array(lines * outer)
      const block = Math.max(1, Math.floor(PRODUCTS_A_CALL / (inner * outer)))
      for (let line = 0; line < lines; line += block) {
        const end = Math.min(lines, line + block)
        const part = new ort.Tensor('float32', left.subarray(line * inner, end * inner), [end - line, inner])
        const { product: made } = await (await session).run({ left: part, matrix })
        result.set((made as Tensor).data as Float32Array, line * outer)
        if (end < lines) await pause()
      }
      return result
    }
  }
  return {
    times: product(false, rows, width),
    timesTransposed: product(true, width, rows),
    dispose: async () => {
      for (const session of sessions) await session.release()
    },
  }
}
