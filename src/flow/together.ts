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

/** Waits for what somebody else will look at, and throws nothing. */
export async function settled(task: Promise<unknown> | undefined): Promise<void> {
  await Promise.allSettled([task])
}
