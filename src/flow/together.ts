/**
 * Waits for all tasks, and only then throws what one of them threw: nothing goes on behind the caller's back.
 *
 * @throws what the first of them that failed threw
 */
export async function together<T extends readonly Promise<unknown>[]>(
  ...tasks: T
): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }> {
  await Promise.allSettled(tasks)
  return Promise.all(tasks)
}
