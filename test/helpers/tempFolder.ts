import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { afterAll, onTestFinished } from 'vitest'

/** A folder of its own for one test, removed when the test ends; for `beforeEach` too. */
export async function tempFolder(under = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(under, 'itc-test-'))
  onTestFinished(() => fs.remove(folder))
  return folder
}

/** A folder for all tests of a file, to be asked for at its top; removed when they end. */
export async function sharedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'itc-test-'))
  afterAll(() => fs.remove(folder))
  return folder
}
