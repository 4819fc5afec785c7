/**
 * The library that keeps bottlenecks.
 *
 * @throws what loading it throws: this file may be imported where it is absent or broken
 */
export async function storeLibrary(): Promise<string> {
  await import('lmdb')
  return 'lmdb'
}
