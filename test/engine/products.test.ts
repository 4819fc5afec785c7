import { expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnx.ts'

it.each(['onnx', 'wasm'] as const)('%s puts a product into memory that is there, where it is enough', async name => {
  const engine = await createOnnxEngine(name)
  const matrix = { values: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 3, width: 2 }
  const products = await engine.createProducts(matrix)
  const memory = new Float32Array(7).fill(9)
  const left = Float32Array.of(1, 1, 2, -1)
  const product = await products.timesTransposed(left, memory)
  expect([...product]).toEqual([3, 7, 11, 0, 2, 4])
  expect(product.buffer).toBe(memory.buffer)
  expect(memory[6]).toBe(9)
  expect([...(await products.timesTransposed(left, memory.subarray(0, 5)))]).toEqual([3, 7, 11, 0, 2, 4])
  products.swap({ values: Float32Array.of(1, 0, 0, 1), rows: 2, width: 2 })
  expect([...(await products.timesTransposed(left, memory))]).toEqual([...left])
  await products.dispose()
})
