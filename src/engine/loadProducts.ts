import type { Factor, Products } from './products.ts'

/** Products of a matrix where no engine was chosen. @throws UserError `E_ENGINE` */
export async function loadProducts(matrix: Factor): Promise<Products> {
  const { loadAnyOrt } = await import('./onnxRuntime.ts')
  const { createOnnxProducts } = await import('./onnxProducts.ts')
  return createOnnxProducts(await loadAnyOrt(), matrix)
}
