import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** Node's other supported versions; the registry's package `node` brings their programs. */
const VERSIONS = [20, 22, 24].filter(version => version !== Number(process.versions.node.split('.')[0]))

/** What depends on Node itself: between the oldest version and the newest, that is enough. */
const OF_NODE = ['cli', 'disk', 'engine', 'features', 'flow', 'storage', 'studio', 'table'].map(room => `test/${room}/`)

// At once: a suite keeps one core busy.
it.concurrent.each(VERSIONS)('the test suite passes on Node %i', async version => {
  const { ITC_TEST_COUNTS: _counts, ...env } = process.env // that file is for the tests of this run
  const { stdout: node } = await run('npx', ['-y', '-p', `node@${version}`, '-c', 'command -v node'], {
    cwd: ROOT,
    env,
  })
  const rooms = version === Math.max(...VERSIONS) ? [] : OF_NODE
  const suite = ['node_modules/vitest/vitest.mjs', 'run', ...rooms]
  const options = { cwd: ROOT, env: { ...env, NO_COLOR: '1' }, maxBuffer: 1 << 26 }
  const { stdout } = await run(node.trim(), suite, options).catch(error => {
    throw new Error(`Node ${version}:\n${error.stdout.slice(-4000)}${error.stderr.slice(-8000)}`)
  })
  expect(stdout).toMatch(/Tests {2}\d+ passed/)
})
