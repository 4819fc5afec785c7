// The regularised optimum of a softmax, by L-BFGS (Nocedal, 1980) in the dual: weights are sums of rows.
const MEMORY = 12

/**
 * Minimises mean cross entropy, categories weighed alike, plus l2/2 times the squared weights; the bias is one more feature,
 * the same in all rows, as the steps have it.
 *
 * @param kernel products of all rows with all rows plus the bias's square, [rows, rows]
 * @param train row indices; the others are only answered
 * @returns logits of all rows, [rows, categories], and how many evaluations they took
 */
export function optimum(kernel, labels, categories, train, l2, most = 300) {
  const rows = labels.length
  const n = train.length
  const counts = new Float64Array(categories)
  for (const row of train) counts[labels[row]]++
  const present = counts.filter(count => count > 0).length
  const weights = Float64Array.from(train, row => 1 / (present * counts[labels[row]]))
  const products = a => {
    const z = new Float64Array(n * categories)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const k = kernel[train[i] * rows + train[j]]
        for (let c = 0; c < categories; c++) z[i * categories + c] += k * a[j * categories + c]
      }
    }
    return z
  }
  // In the metric of the kernel the gradient is l2 · a + (scores - truth) · weight: no product with K is needed for it.
  const evaluate = (a, z) => {
    let loss = 0
    const gradient = new Float64Array(a.length)
    for (let i = 0; i < n; i++) {
      const own = z.subarray(i * categories, (i + 1) * categories)
      const largest = Math.max(...own)
      let sum = 0
      for (const value of own) sum += Math.exp(value - largest)
      loss -= weights[i] * (own[labels[train[i]]] - largest - Math.log(sum))
      for (let c = 0; c < categories; c++) {
        const at = i * categories + c
        const error = Math.exp(own[c] - largest) / sum - (c === labels[train[i]] ? 1 : 0)
        gradient[at] = l2 * a[at] + weights[i] * error
        loss += (l2 / 2) * a[at] * own[c]
      }
    }
    return { loss, gradient }
  }
  let a = new Float64Array(n * categories)
  let z = new Float64Array(n * categories)
  let now = evaluate(a, z)
  let imageNow = products(now.gradient)
  const pairs = []
  let steps = 0
  for (; steps < most; steps++) {
    // Inner products are those of the weights: x · y in the dual is xᵀ K y.
    const direction = now.gradient.map(value => -value)
    const image = imageNow.map(value => -value)
    const alphas = []
    for (const pair of pairs.toReversed()) {
      const alpha = dot(pair.Ks, direction) / pair.sy
      alphas.push(alpha)
      add(direction, pair.y, -alpha)
      add(image, pair.Ky, -alpha)
    }
    const last = pairs.at(-1)
    if (last)
      for (const each of [direction, image]) for (let at = 0; at < each.length; at++) each[at] *= last.sy / last.yy
    for (const pair of pairs) {
      const beta = dot(pair.Ky, direction) / pair.sy
      const alpha = alphas.pop()
      add(direction, pair.s, alpha - beta)
      add(image, pair.Ks, alpha - beta)
    }
    const slope = dot(imageNow, direction)
    if (!(slope < 0)) break
    let length = last ? 1 : Math.min(1, 1 / Math.sqrt(-slope))
    let next
    for (let halving = 0; halving < 30; halving++, length /= 2) {
      const to = a.map((value, at) => value + length * direction[at])
      const logits = z.map((value, at) => value + length * image[at])
      next = { a: to, z: logits, ...evaluate(to, logits) }
      if (next.loss <= now.loss + 1e-4 * length * slope) break
    }
    const s = next.a.map((value, at) => value - a[at])
    const y = next.gradient.map((value, at) => value - now.gradient[at])
    const imageNext = products(next.gradient)
    const Ky = imageNext.map((value, at) => value - imageNow[at])
    const Ks = next.z.map((value, at) => value - z[at])
    const sy = dot(Ks, y)
    if (sy > 0) pairs.push({ s, y, Ks, Ky, sy, yy: dot(Ky, y) })
    if (pairs.length > MEMORY) pairs.shift()
    const done = now.loss - next.loss < 1e-9 * Math.max(1, now.loss)
    ;({ a, z } = next)
    now = next
    imageNow = imageNext
    if (done) break
  }
  const logits = new Float32Array(rows * categories)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < n; j++) {
      const k = kernel[row * rows + train[j]]
      for (let c = 0; c < categories; c++) logits[row * categories + c] += k * a[j * categories + c]
    }
  }
  return { logits, steps }
}

function dot(x, y) {
  let sum = 0
  for (let at = 0; at < x.length; at++) sum += x[at] * y[at]
  return sum
}

function add(target, values, factor) {
  for (let at = 0; at < target.length; at++) target[at] += factor * values[at]
}
