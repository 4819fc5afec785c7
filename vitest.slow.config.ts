import { defineConfig } from 'vitest/config'
import { settings } from './vitest.config.ts'

/**
 * They measure memory and processor time, or how soon a process ends, or work in a page whose engine yields to whatever else
 * runs: one after the other, when the others are done.
 */
const ALONE = ['kill', 'memory', 'scale', 'stop', 'studioPage'].map(name => `test/slow/${name}.test.ts`)

/** Checks that take minutes or install something from a package registry: for `.ci/run` and before a release. */
export default defineConfig({
  test: {
    ...settings,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    // A second, which is the library's own, is little for a busy machine.
    expect: { poll: { timeout: 120_000 } },
    // They start real processes and kill them at random moments: a busy machine may spoil one, not all three.
    retry: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/slow/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
