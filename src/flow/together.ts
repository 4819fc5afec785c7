/**
 * Waits for two tasks, and only then throws what one of them threw: nothing goes on behind the caller's back.
 *
 * @throws what the first of them that failed threw
 */
export async function together<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return [await first, await second]
}
