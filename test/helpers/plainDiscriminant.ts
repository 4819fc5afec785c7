/** The definition of a shrunk linear discriminant, in plain loops and double precision: the logits of a row. */
export function plainDiscriminant(
  values: Float32Array,
  width: number,
  labels: Int32Array,
  categories: number,
  rows: readonly number[],
): (row: number) => number[] {
  const at = (row: number, place: number) => values[row * width + place]!
  const means = Array.from({ length: categories }, (_, category) => {
    const own = rows.filter(row => labels[row] === category)
    return Array.from({ length: width }, (_, place) => own.reduce((sum, row) => sum + at(row, place), 0) / own.length)
  })
  const covariance = Array.from({ length: width }, () => new Array<number>(width).fill(0))
  for (const row of rows) {
    const off = Array.from({ length: width }, (_, place) => at(row, place) - means[labels[row]!]![place]!)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) covariance[i]![j]! += (off[i]! * off[j]!) / rows.length
  }
  const variance = covariance.reduce((sum, line, i) => sum + line[i]!, 0) / Math.min(width, rows.length)
  const shrunk = covariance.map((line, i) => line.map((value, j) => 0.75 * value + (i === j ? 0.25 * variance : 0)))
  const weights = means.map(mean => solved(shrunk, mean))
  return row =>
    weights.map((weight, category) => {
      const mean = means[category]!
      const own = rows.filter(row => labels[row] === category).length
      const givenBack = (0.15 * Math.min(width, rows.length)) / own
      return weight.reduce((sum, value, place) => sum + value * (at(row, place) - mean[place]! / 2), givenBack)
    })
}

/** Gaussian elimination with pivoting. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((line, i) => [...line, right[i]!])
  for (let i = 0; i < lines.length; i++) {
    const best = lines
      .slice(i)
      .reduce((top, line, at) => (Math.abs(line[i]!) > Math.abs(lines[top]![i]!) ? at + i : top), i)
    ;[lines[i], lines[best]] = [lines[best]!, lines[i]!]
    for (let j = 0; j < lines.length; j++) {
      if (j === i) continue
      const factor = lines[j]![i]! / lines[i]![i]!
      lines[j] = lines[j]!.map((value, at) => value - factor * lines[i]![at]!)
    }
  }
  return lines.map((line, i) => line[lines.length]! / line[i]!)
}
