import { defineConfig } from 'vitest/config'
import { settings } from './vitest.config.ts'

/** Checks that take minutes or install something from a package registry: for `.ci/run` and before a release. */
export default defineConfig({
  test: {
    ...settings,
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
    // They time real processes and kill them at random moments: a busy machine may spoil one, not all three.
    retry: 2,
  },
})
