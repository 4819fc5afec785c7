import { defineConfig } from 'vitest/config'
import { settings } from './vitest.config.ts'

/** What deals with files, once more under a layer over node:fs that behaves as Windows, sticks and Macs do. */
export default defineConfig({
  test: {
    ...settings,
    include: [
      'test/{disk,model}/**/*.test.ts',
      'test/jobs/{guess,export}/**/*.test.ts',
      'test/features/part*.test.ts',
      'test/backbone/download.test.ts',
      'test/windowsLike/*.test.ts',
    ],
    execArgv: ['--import', './test/windowsLike/preload.mjs'],
    isolate: true,
  },
})
