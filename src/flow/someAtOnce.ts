/**
 * Works on items as they come, a few at a time. The first failure ends it, after all that was under way has ended.
 *
 * @throws what `work` threw first
 */
export async function someAtOnce<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  const failures: unknown[] = []
  try {
    for await (const item of items) {
      const task: Promise<unknown> = work(item)
        .catch(error => failures.push(error))
        .then(() => underWay.delete(task))
      underWay.add(task)
      if (underWay.size >= atOnce) await Promise.race(underWay)
      if (failures.length > 0) break
    }
  } finally {
    await Promise.all(underWay) // nothing goes on when the caller frees what it works with
  }
  if (failures.length > 0) throw failures[0]
}
