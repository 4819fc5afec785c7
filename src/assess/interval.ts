/** A range that the true share lies in, with the stated confidence. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054

/**
 * 95 % interval of a share by Wilson's score (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
 * Inference", JASA 22, 1927). Unlike the textbook's p ± 2 s it stays inside 0 to 1 and keeps a width when all are right.
 *
 * @returns 0 to 1, that is "nothing is known", when `total` is 0
 */
export function wilsonInterval(right: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 }
  const share = right / total
  const square = Z95 * Z95
  const scale = 1 + square / total
  const centre = (share + square / (2 * total)) / scale
  const half = (Z95 / scale) * Math.sqrt((share * (1 - share)) / total + square / (4 * total * total))
  // The ends are exactly 0 and 1 when none or all are right; rounding must not say otherwise.
  return { low: right === 0 ? 0 : centre - half, high: right === total ? 1 : centre + half }
}
