import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { SAMPLE, SAMPLE_TEST } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** What the package is made of; anything else in it is a mistake. */
const PARTS = [
  /^dist\/studio-page\/(index\.html|icon\.svg|assets\/index-[\w-]+\.(js|css))$/,
  /^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/,
  /^bin\/itc\.js$/,
  /^dist\/.+\.(js|d\.ts)$/,
  /^dist\/engine\/(onnxruntimeWeb\.(cjs|d\.cts)|ort-wasm-simd-threaded\.(mjs|wasm))$/,
  /^dist\/image\/sums\.wasm$/,
  /^models\/README\.md$/,
  /^models\/\w+\/(model\.json|group1-shard\dof\d\.bin|LICENSE|README\.md)$/,
  /^page\/[\w./-]+$/,
  /^scripts\/provision-tfjs-node\/[\w./-]+\.(mjs|json|h|cc)$/,
]
const NEEDED = [
  'bin/itc.js',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
  'dist/image/sums.wasm',
  'LICENSE',
  'NOTICE',
  'README.md',
]
/** A little above what the three networks take. */
const MOST_BYTES = 36_000_000

describe('the package', () => {
  it('holds what it needs, nothing else, and works installed in an empty folder', async () => {
    const folder = await tempFolder()
    // Built already; building again would replace the files that other tests run.
    const flags = ['--json', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await run('npm', ['pack', ...flags], { cwd: ROOT })
    const [packed] = JSON.parse(stdout) as [{ filename: string; size: number; files: { path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    expect(paths.filter(path => !PARTS.some(part => part.test(path)))).toEqual([])
    expect(paths).toEqual(expect.arrayContaining(NEEDED))
    expect(packed.size).toBeLessThan(MOST_BYTES)

    const place = join(folder, 'empty')
    await fs.ensureDir(place)
    const arguments_ = ['install', '--no-audit', '--no-fund', join(folder, packed.filename)]
    await run('npm', arguments_, { cwd: place, maxBuffer: 1 << 26 })

    const itc = (...args: string[]) => run(join(place, 'node_modules', '.bin', 'itc'), args, { cwd: place })
    await fs.copy(SAMPLE, join(place, 'tf_files', 'data'))
    expect((await itc('train', './tf_files')).stdout).toMatch(/final test accuracy/)
    const picture = (await readdir(SAMPLE_TEST)).find(name => name.endsWith('.jpg'))!
    expect((await itc('guess', './tf_files', join(SAMPLE_TEST, picture))).stdout).toMatch(/\(score = 0\.\d{5}\)/)
    await itc('guess-dir', './tf_files', SAMPLE_TEST, './classified')
    expect((await readdir(join(place, 'classified'))).length).toBe((await readdir(SAMPLE_TEST)).length + 1)
    const library = "import('itc').then(itc => console.log(typeof itc.train, typeof itc.loadModel))"
    expect((await run(process.execPath, ['-e', library], { cwd: place })).stdout).toBe('function function\n')
  })
})
