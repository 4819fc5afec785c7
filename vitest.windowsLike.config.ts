import { defineConfig } from 'vitest/config'
import { settings } from './vitest.config.ts'

/** What the whole suite has and the layer does not concern. */
const NOT_OF_FILES = ['test/slow/**', 'test/engine/tensorflow*.test.ts']

const WHOLE = process.env.ITC_WHOLE === '1'

/** What deals with files, or with ITC_WHOLE=1 everything, once more under a layer over node:fs that behaves as Windows, sticks and Macs do. */
export default defineConfig({
  test: {
    ...settings,
    exclude: NOT_OF_FILES,
    include: WHOLE
      ? ['test/**/*.test.ts']
      : [
          'test/{disk,model}/**/*.test.ts',
          'test/jobs/{guess,export}/**/*.test.ts',
          'test/{dataset,storage}/**/*.test.ts',
          'test/studio/{collection,journal}.test.ts',
          'test/features/part*.test.ts',
          'test/backbone/download.test.ts',
          'test/windowsLike/*.test.ts',
        ],
    execArgv: ['--import', './test/windowsLike/preload.mjs'],
    isolate: true,
  },
})
