/** RGBA pixels of any shape as [size, size, 3], fitted as they were for training. */
export function squared(pixels, size, { resize, mean }) {
  const { width, height } = pixels
  if (resize === 'stretch') return resized(pixels, [0, 0, width, height], size, size)
  if (resize === 'crop') {
    const side = Math.min(width, height)
    return resized(pixels, [(width - side) >> 1, (height - side) >> 1, side, side], size, size)
  }
  const scale = size / Math.max(width, height)
  const [wide, high] = [width, height].map(side => Math.max(1, Math.round(side * scale)))
  const inner = resized(pixels, [0, 0, width, height], wide, high)
  const square = new Float32Array(size * size * 3).map((_, i) => Math.round(mean[i % 3]))
  const [left, top] = [(size - wide) >> 1, (size - high) >> 1]
  for (let row = 0; row < high; row++) {
    square.set(inner.subarray(row * wide * 3, (row + 1) * wide * 3), ((top + row) * size + left) * 3)
  }
  return square
}

/** Part of a picture at another size: a weighted mean of the pixels below each new one, as in training. */
function resized({ data, width }, [left, top, wide, high], toWidth, toHeight) {
  const across = taps(wide, toWidth)
  const down = taps(high, toHeight)
  const rows = new Float32Array(high * toWidth * 3)
  for (let y = 0, out = 0; y < high; y++) {
    const start = (top + y) * width + left
    for (const { from, weights } of across) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let i = 0; i < weights.length; i++) sum += weights[i] * data[(start + from + i) * 4 + channel]
        rows[out++] = sum
      }
    }
  }
  const result = new Float32Array(toHeight * toWidth * 3)
  const stride = toWidth * 3
  for (const [y, { from, weights }] of down.entries()) {
    for (let x = 0; x < stride; x++) {
      let sum = 0
      for (let i = 0; i < weights.length; i++) sum += weights[i] * rows[(from + i) * stride + x]
      result[y * stride + x] = Math.round(sum)
    }
  }
  return result
}

/** For each new place, where its neighbours begin and what each weighs: a triangle, as wide as the shrinking needs. */
function taps(length, toLength) {
  const scale = length / toLength
  const reach = Math.max(1, scale)
  return Array.from({ length: toLength }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5
    const from = Math.max(0, Math.ceil(centre - reach))
    const to = Math.min(length - 1, Math.floor(centre + reach))
    const weights = Array.from({ length: to - from + 1 }, (_, j) =>
      Math.max(0, 1 - Math.abs(from + j - centre) / reach),
    )
    const sum = weights.reduce((a, b) => a + b)
    return { from, weights: weights.map(weight => weight / sum) }
  })
}
