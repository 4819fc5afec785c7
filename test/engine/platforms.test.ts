import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { loadHint } from '../../src/engine/loadHint.ts'

const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Readonly<
    Record<
      string,
      {
        readonly os?: string[]
        readonly hasInstallScript?: boolean
        readonly cpu?: string[]
        readonly dev?: boolean
        readonly devOptional?: boolean
      }
    >
  >
}
const require = createRequire(import.meta.url)
const MACHINES = ['win32', 'darwin', 'linux'].flatMap(os => ['x64', 'arm64'].map(cpu => [os, cpu] as const))

/** Libraries with native code, and how npm calls what has it. */
const NATIVE = { sharp: '@img/sharp-', libvips: '@img/sharp-libvips-', koffi: '@koromix/koffi-' }

test('no native library is added without this test', () => {
  const others = Object.entries(packages)
    .filter(([, { os, dev, devOptional }]) => os !== undefined && !dev && !devOptional)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter(name => !name.startsWith('@typescript/')) // development alone: npm does not say so of its parts
    .filter(name => !Object.values(NATIVE).some(start => name.startsWith(start)))
  expect(others).toEqual([])
})

/** What scripts/prune.mjs found and took away. */
const record = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6', 'pruned.json')
const pruned: readonly string[] = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : []

test.each(MACHINES)('on %s-%s every library has its native code, or what stands in for it', (os, cpu) => {
  for (const [library, start] of Object.entries(NATIVE)) {
    if (library === 'libvips' && os === 'win32') continue // inside of sharp's own there
    expect(packages[`node_modules/${start}${os}-${cpu}`], `${library} for ${os}-${cpu}`).toMatchObject({
      os: [os],
      cpu: [cpu],
    })
  }
  const runtime = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6', os, cpu)
  if (os === 'darwin' && cpu === 'x64') {
    expect(existsSync(runtime)).toBe(false) // once there is one, the hint and the pages are wrong
    expect(loadHint('', os, cpu)).toContain('--engine wasm')
    expect(readFileSync(new URL('../../docs/engines.md', import.meta.url), 'utf8')).toContain('Intel Macs')
  } else if (!pruned.includes(`${os}/${cpu}`)) {
    expect(existsSync(join(runtime, 'onnxruntime_binding.node')), runtime).toBe(true)
  }
})

test.each([
  [
    'win32',
    'x64',
    'The specified module could not be found.\n\\\\?\\C:\\a\\onnxruntime_binding.node',
    'vc_redist.x64.exe',
  ],
  ['win32', 'arm64', 'A dynamic link library (DLL) initialization routine failed.', 'vc_redist.arm64.exe'],
  ['win32', 'x64', "Cannot find module 'onnxruntime-node'", 'npm ci'],
  ['darwin', 'arm64', 'dlopen(x): Symbol not found: (_y)', 'macOS 14'],
  ['darwin', 'x64', "Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'", '--engine wasm'],
  ['linux', 'x64', 'ld-linux-x86-64.so.2: cannot open shared object file', 'glibc'],
] as const)('on %s-%s, where loading says %j, the hint names %s', (os, cpu, problem, hint) => {
  expect(loadHint(problem, os, cpu)).toContain(hint)
})

test('no npm runs the script of onnxruntime-node in a clone, which fetches the libraries of CUDA', () => {
  // npm 11 asks allowScripts in package.json. npm 10 knows only what the lock file says: npm puts the line back when the
  // version changes, and it is to be taken out by hand.
  expect(packages['node_modules/onnxruntime-node']).not.toHaveProperty('hasInstallScript')
  const { allowScripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
  for (const [path] of scripted) expect(allowScripts).toHaveProperty([path.replace(/^.*node_modules\//, '')], false)
})
