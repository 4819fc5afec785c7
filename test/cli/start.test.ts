import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import { ITC } from '../helpers/itc.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyPictures } from '../helpers/tinyFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const HOOKS = fileURLToPath(new URL('../helpers/loads.mjs', import.meta.url))
test.each([['--version'], ['--help'], ['guess', '--help'], ['doctor', '--help']])(
  'itc %s %s loads no library',
  async (...args) => {
    const { code, out, loaded } = await start(args)
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d|^Usage/)])
    expect(loaded.some(path => path.includes('/dist/cli/main.js'))).toBe(true)
    expect(loaded.filter(path => path.includes('/node_modules/'))).toEqual([])
  },
)

test('itc guess finds and reads few files of libraries', async () => {
  const { tfFiles } = await tinyModel(await tempFolder())
  const { code, loaded } = await start(['guess', tfFiles, join(tfFiles, 'data/red/0.png')])
  expect(code).toBe(0)
  const packages = new Set(loaded.flatMap(path => path.match(/.*\/node_modules\/((@[^/]+\/)?[^/]+)/)?.[1] ?? []))
  const native = [...packages].filter(name => !/^@img\/sharp-/.test(name))
  expect(native.sort()).toEqual(['onnxruntime-common', 'onnxruntime-node', 'sharp'])
  expect(loaded.filter(path => path.includes('/node_modules/sharp/')).length).toBeLessThan(5)
})

test.each([
  ['sharp', /^! {3}sharp, which decodes pictures, does not load: Cannot find package 'sharp'\. Install again/m],
  ['onnxruntime-node', /^! {3}engine onnx does not load: onnxruntime-node is not installed\. Install it: `npm ci`/m],
  ['@uwdata/flechette', /^! {3}flechette, which keeps bottlenecks, does not load: .*Install again/m],
])('itc doctor speaks where %s is missing', async (name, line) => {
  const { code, out, err } = await start(['doctor'], name)
  expect(code).toBe(0)
  expect(out).toMatch(/^ok {2}itc \d/)
  expect(out).toMatch(line)
  expect(err).not.toMatch(/^ +at /m)
})

test('itc train where sharp is missing is told in a sentence', async () => {
  const tfFiles = await tempFolder()
  await tinyPictures(join(tfFiles, 'data'), 3) // PNG: small JPEGs do without
  const { code, err } = await start(['train', tfFiles], 'sharp')
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(
      /^6 pictures in 2 categories\nerror: A part of itc does not load: .*'sharp'\.\nInstall again.* itc doctor says what is missing\.$/,
    ),
  ])
})

test('a sharp of another version is used with its own scripts, not with those that were joined', async () => {
  const clone = await tempFolder()
  const root = fileURLToPath(new URL('../..', import.meta.url))
  for (const part of ['bin', 'dist/cli', 'package.json']) await fs.copy(join(root, part), join(clone, part))
  // All else is there: what else is missing might be told first.
  for (const part of ['models', 'node_modules/onnxruntime-node'])
    await fs.ensureSymlink(join(root, part), join(clone, part))
  const sharp = join(clone, 'node_modules/sharp')
  await fs.outputJson(join(sharp, 'package.json'), { version: '0.0.1', main: 'dist/index.cjs' })
  await fs.outputFile(join(sharp, 'dist/index.cjs'), "throw new Error('a sharp of its own')")
  await tinyPictures(join(clone, 'data'), 3)
  const { code, err } = await start(['train', clone], '', `${clone}/bin/itc.js`)
  expect([code, err]).toEqual([1, expect.stringContaining('a sharp of its own')])
})

test('a clone that was not built says what to run', async () => {
  const clone = await tempFolder()
  await fs.copy(ITC, `${clone}/bin/itc.js`)
  await fs.writeJson(`${clone}/package.json`, { type: 'module', engines: { node: '>=20.19' } })
  const { code, err } = await start(['--version'], '', `${clone}/bin/itc.js`)
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^error: itc is not built yet\.\nRun npm ci and then npm run build in /),
  ])
})

test('an old Node.js is told which it takes', async () => {
  const clone = await tempFolder()
  await fs.copy(ITC, `${clone}/bin/itc.js`)
  await fs.writeJson(`${clone}/package.json`, { type: 'module', engines: { node: '>=99.1' } })
  const { code, err } = await start(['--version'], '', `${clone}/bin/itc.js`)
  expect([code, err]).toEqual([1, expect.stringMatching(/^error: itc needs Node\.js 99\.1 or newer, and this is \d/)])
})

/** Runs the built program and lists what it loaded. @param without a package to be as if it were not installed */
async function start(args: readonly string[], without = '', script = ITC) {
  const env = { ...process.env, ITC_TEST_WITHOUT: without, NO_COLOR: '1' }
  const run = promisify(execFile)(process.execPath, ['--import', HOOKS, script, ...args], { env })
  const { code, stdout, stderr } = await run.then(
    ended => ({ code: 0, ...ended }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
  const [loaded, err] = [stderr.match(/^LOADED .*$/gm) ?? [], stderr.replace(/^LOADED .*\n/gm, '').trim()]
  return { code, out: stdout, err, loaded }
}
