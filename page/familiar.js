/**
 * Tells pictures unlike anything that the model learnt, whose scores mean nothing, as itc does: by the cosines to the
 * nearest training pictures and the energy of the logits. For browsers and Node:
 *
 *   const rule = readRule(await (await fetch('familiar.json')).json())
 *   if (familiarity(rule, features, logits) < rule.threshold) // none of these
 */

/** familiar.json with its numbers unpacked: what `familiarity` takes. */
export function readRule({ codes, scales, ...rule }) {
  return { ...rule, codes: new Int8Array(bytesOf(codes)), scales: new Float32Array(bytesOf(scales)) }
}

/** How familiar one picture is, from its features and its logits: about -0.7 is usual, -7 strange. */
export function familiarity(rule, features, logits) {
  const last = Float32Array.from(rule.columns.flatMap(([from, to]) => [...features.slice(from, to)]))
  const byNeighbours = logTail((meanCosine(rule, last) - rule.cosine.mean) / rule.cosine.deviation)
  const byEnergy = logTail((energyOf(logits) - rule.energy.mean) / rule.energy.deviation)
  const together = (1 - rule.energyWeight) * byNeighbours + rule.energyWeight * byEnergy
  return Math.min(together, 0.75 * byNeighbours)
}

/** Mean cosine to the 5 nearest training pictures. */
function meanCosine({ codes, scales, rows, width }, last) {
  const length = Math.hypot(...last)
  if (rows === 0 || length === 0) return 0
  const cosines = Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let at = 0; at < width; at++) sum += codes[row * width + at] * last[at]
    return (sum * scales[row]) / length
  })
  const best = cosines.sort((a, b) => b - a).slice(0, 5)
  return best.reduce((sum, cosine) => sum + cosine, 0) / best.length
}

/** log Σ exp(logit) */
function energyOf(logits) {
  const largest = Math.max(...logits)
  return largest + Math.log([...logits].reduce((sum, logit) => sum + Math.exp(logit - largest), 0))
}

/** The logarithm of the normal distribution's share below z: a series far below, else Abramowitz and Stegun, 26.2.17. */
function logTail(z) {
  const square = z * z
  if (z < -4) return -square / 2 - Math.log(-z) - Math.log(2 * Math.PI) / 2 + Math.log1p(-1 / square + 3 / square ** 2)
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const polynomial = 0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
  const tail = (Math.exp(-square / 2) / Math.sqrt(2 * Math.PI)) * t * polynomial
  return z > 0 ? Math.log1p(-tail) : Math.log(tail)
}

/** The bytes that base64 stands for. */
export function bytesOf(base64) {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes.buffer
}
