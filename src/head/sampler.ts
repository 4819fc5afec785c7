/** A seeded source of uniform numbers in [0, 1). */
export type Random = () => number

/**
 * sfc32, Chris Doty-Humphrey's small fast counting generator (PractRand): 128 bits of state, passes BigCrush. Seeded by
 * a 32-bit number; the first rounds are discarded so that near seeds give unrelated sequences.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = seed | 0
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 16; round++) next()
  return next
}

/** Rows of each category, those a head may train on; a category without any is left out. */
export function rowsByCategory(labels: Int32Array, eligible: (row: number) => boolean): Int32Array[] {
  const pools = new Map<number, number[]>()
  labels.forEach((label, row) => {
    if (!eligible(row)) return
    const pool = pools.get(label)
    if (pool) pool.push(row)
    else pools.set(label, [row])
  })
  return [...pools].sort(([a], [b]) => a - b).map(([, rows]) => Int32Array.from(rows))
}

/** Draws `count` rows: the category uniformly first, so that large folders don't win, then a row of it. */
export function drawRows(pools: readonly Int32Array[], count: number, random: Random): Int32Array {
  const rows = new Int32Array(count)
  for (let at = 0; at < count; at++) {
    const pool = pools[Math.floor(random() * pools.length)]!
    rows[at] = pool[Math.floor(random() * pool.length)]!
  }
  return rows
}
