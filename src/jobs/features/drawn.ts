/**
 * The share of each category's pictures that is drawn, so that all together are about `most`: as evenly over the categories as
 * there are pictures in them, and small ones stay whole.
 */
export function sharesOf(counts: ReadonlyMap<string, number>, most: number): Map<string, number> {
  const quota = quotaOf([...counts.values()], most)
  return new Map([...counts].map(([name, count]) => [name, Math.min(1, quota / count)]))
}

/** By the hash of its bytes: the same on every machine, and more pictures change little. */
export function isDrawn(sha256: string, share: number): boolean {
  return share >= 1 || Number.parseInt(sha256.slice(0, 12), 16) / 2 ** 48 < share
}

/** The most of one category, so that all together are at most `most`. */
function quotaOf(counts: readonly number[], most: number): number {
  let left = most
  const ascending = [...counts].sort((a, b) => a - b)
  for (const [at, count] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - at))
    if (count > share) return Math.max(1, share)
    left -= count
  }
  return Number.POSITIVE_INFINITY
}
