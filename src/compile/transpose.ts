/** Four axes of a constant in another order: output axis i is input axis `perm[i]`. */
export function transposed(
  data: Float32Array,
  shape: readonly [number, number, number, number],
  perm: readonly [number, number, number, number],
): Float32Array {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1]
  const [a, b, c, d] = perm.map(axis => shape[axis]!) as [number, number, number, number]
  const [sa, sb, sc, sd] = perm.map(axis => strides[axis]!) as [number, number, number, number]
  const result = new Float32Array(data.length)
  let at = 0
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        let from = i * sa + j * sb + k * sc
        for (let l = 0; l < d; l++, from += sd) result[at++] = data[from]!
      }
    }
  }
  return result
}
