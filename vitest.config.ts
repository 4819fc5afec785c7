import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Where the counts of a run are left for `.ci/run`, which adds them up. */
const counts = process.env.ITC_TEST_COUNTS

/** What every run has, the slow one too. */
export const settings: ViteUserConfig['test'] = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // Most files wait for a process or a disk now and then: two cores are for two files.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  reporters: counts ? ['default', ['json', { outputFile: counts }]] : ['default'],
}

/**
 * They replace modules of Node, change the environment that a library is loaded in or what a process remembers, which must
 * not reach other files.
 */
const ALONE = [
  'test/disk/lock.test.ts',
  'test/disk/transfer.test.ts',
  'test/engine/load.test.ts',
  'test/engine/onnxSession.test.ts',
  'test/features/soundParts.test.ts',
  'test/image/noWebAssembly.test.ts',
  'test/image/tooManyFiles.test.ts',
]

export default defineConfig({
  test: {
    ...settings,
    projects: [
      {
        extends: true,
        // One process runs many files: starting one and loading the libraries anew costs more than most files themselves.
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/slow/**', ...ALONE],
          isolate: false,
          globalSetup: ['test/helpers/compiled.setup.ts', 'test/helpers/warmCache.setup.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
})
