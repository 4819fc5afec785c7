import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test files of one run keep the sample's bottlenecks; the first that needs them computes them. */
    warmCache?: string
  }
}

/** A folder for one run of all tests, removed at its end. */
export default async function setup({ provide }: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'itc-test-warm-'))
  provide('warmCache', folder)
  return () => fs.remove(folder)
}
