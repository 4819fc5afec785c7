/** Passes on the first call, and then one in so many milliseconds at most: for what is wrong over and over. */
export function seldom<T>(tell: (what: T) => void, quietMs: number): (what: T) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return what => {
    if (performance.now() - toldAt < quietMs) return
    toldAt = performance.now()
    tell(what)
  }
}
