import { defineConfig } from 'vitest/config'

/** Where the counts of a run are left for `.ci/run`, which adds them up. */
const counts = process.env.ITC_TEST_COUNTS

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: counts ? ['default', ['json', { outputFile: counts }]] : ['default'],
  },
})
