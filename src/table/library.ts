/**
 * The library that reads and writes tables, and so keeps bottlenecks.
 *
 * @throws what loading it throws: this file may be imported where it is absent or broken
 */
export async function tableLibrary(): Promise<string> {
  await import('@uwdata/flechette')
  return 'flechette'
}
