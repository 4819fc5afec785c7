/** Mean; 0 for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at]!
  return values.length === 0 ? 0 : sum / values.length
}

/** Population standard deviation about a centre; 0 for an empty list. */
export function standardDeviation(values: ArrayLike<number>, centre = mean(values)): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += (values[at]! - centre) ** 2
  return values.length === 0 ? 0 : Math.sqrt(sum / values.length)
}

/**
 * Area under the ROC curve: the chance that a score of `higher` is above one of `lower`, equals counting half
 * (Mann and Whitney, 1947).
 *
 * @returns null when either is empty
 */
export function auroc(higher: ArrayLike<number>, lower: ArrayLike<number>): number | null {
  if (higher.length === 0 || lower.length === 0) return null
  const below = Float64Array.from(lower).sort()
  let wins = 0
  for (let at = 0; at < higher.length; at++) {
    wins += (countBelow(below, higher[at]!, false) + countBelow(below, higher[at]!, true)) / 2
  }
  return wins / (higher.length * lower.length)
}

/** How many of the sorted values are below the given one, or with `orEqual` not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** Below this the series of the tail is exact to four digits, which the polynomial would lose. */
const FAR = -4

/** ln Φ(z), the logarithm of the normal distribution's share below z; finite for every finite z. */
export function logNormalTail(z: number): number {
  const square = z * z
  if (z < FAR) return -square / 2 - Math.log(-z) - Math.log(2 * Math.PI) / 2 + Math.log1p(-1 / square + 3 / square ** 2)
  // Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17; to 7.5e-8.
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const polynomial = 0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
  const tail = (Math.exp(-square / 2) / Math.sqrt(2 * Math.PI)) * t * polynomial
  return z > 0 ? Math.log1p(-tail) : Math.log(tail)
}
