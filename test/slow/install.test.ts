import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { sampleFolder } from '../helpers/pictures.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Manager {
  /** As the registry has it; installed without its scripts. */
  readonly tool: string
  /** In that package, run by Node.js; without an ending a program of its own. */
  readonly script: string
  readonly add: (tarball: string) => readonly string[]
  /** What it reads in the project. */
  readonly settings?: Readonly<Record<string, string>>
  /** What the first run says to install the native library by. */
  readonly advice: string
}

const quiet = ['--no-audit', '--no-fund']
const npm = (tool: string): Manager => ({
  tool,
  script: 'node_modules/npm/bin/npm-cli.js',
  add: tarball => ['install', ...quiet, tarball],
  advice: 'npm install',
})

const MANAGERS: Readonly<Record<string, Manager>> = {
  'npm 10': npm('npm@10.9.9'),
  'npm 11': npm('npm@11.21.2'),
  pnpm: {
    tool: 'pnpm@10.34.8',
    script: 'node_modules/pnpm/bin/pnpm.cjs',
    add: tarball => ['add', tarball],
    advice: 'pnpm add',
  },
  yarn: {
    tool: 'yarn@1.22.22',
    script: 'node_modules/yarn/bin/yarn.js',
    add: tarball => ['add', `file:${tarball}`, '--non-interactive'],
    advice: 'yarn add',
  },
  'yarn, berry': {
    tool: '@yarnpkg/cli-dist@4.10.3',
    script: 'node_modules/@yarnpkg/cli-dist/bin/yarn.js',
    add: tarball => ['add', `itc@file:${tarball}`],
    // Without a lock file of its own it takes a project above for its own.
    settings: { '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n', 'yarn.lock': '' },
    advice: 'yarn add',
  },
  bun: {
    tool: `@oven/bun-${process.platform}-${process.arch}@1.4.5`,
    script: `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`,
    add: tarball => ['add', tarball],
    advice: 'bun add',
  },
}

const folder = await sharedFolder()
let tarball: string
let tfFiles: string

beforeAll(async () => {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [packed] = JSON.parse((await run('npm', pack, { cwd: ROOT })).stdout) as [{ filename: string }]
  tarball = join(folder, packed.filename)
  tfFiles = await sampleFolder(folder, ['bird', 'bug'], 4)
})

describe('a project that installs the package, scripts and optional parts and all, without a variable', () => {
  it.concurrent.for(Object.keys(MANAGERS))(
    'by %s trains and names, and has nothing of CUDA',
    async (name, { skip }) => {
      const { tool, script, add, settings = {}, advice } = MANAGERS[name]!
      const place = join(folder, name.replace(/\W+/g, '-'))
      const tools = `${place}-tools`
      for (const [file, text] of Object.entries(settings)) await fs.outputFile(join(place, file), text)
      for (const each of [tools, place])
        await fs.outputJson(join(each, 'package.json'), { name: 'mine', private: true })
      const had = await run('npm', ['install', '--ignore-scripts', ...quiet, tool], { cwd: tools }).catch(String)
      const program = join(tools, script)
      if (typeof had === 'string' || !existsSync(program)) skip(`${tool} can't be had from the registry: ${had}`)
      const [file, first] = /js$/.test(script) ? [process.execPath, [program]] : [program, []]
      const installed = await run(file, [...first, ...add(tarball)], { cwd: place, maxBuffer: 1 << 26 })
      if (/npm/.test(name)) expect(installed.stderr).not.toMatch(/scripts/) // as npm 11 warns of packages that have some

      const files = await readdir(join(place, 'node_modules'), { recursive: true })
      expect(files.filter(path => /cuda.*\.(so|dll)|providers_(cuda|tensorrt)/i.test(path))).toEqual([])
      expect(await fs.pathExists(join(place, 'node_modules', 'onnxruntime-node'))).toBe(false)

      const own = join(place, 'tf_files')
      await fs.copy(join(tfFiles, 'data'), join(own, 'data'))
      const env = { ...process.env, ITC_CACHE: join(place, 'cache') }
      const itc = (...args: string[]) => run(join(place, 'node_modules', '.bin', 'itc'), args, { cwd: place, env })
      const trained = await itc('train', own, '--steps', '10', '--folds', '0', '--no-report')
      expect(trained.stdout + trained.stderr).toContain('model written to')
      expect(trained.stderr).toMatch(new RegExp(`^note: onnxruntime-node is not installed.*wasm.*\`${advice} `, 'm'))
      const [picture] = await readdir(join(own, 'data', 'bird'))
      const guessed = await itc('guess', own, join(own, 'data', 'bird', picture!))
      expect(guessed.stdout).toMatch(/^b\w+ \(score = 0\.\d{5}\)/)
      expect(guessed.stderr).toBe('') // said once
    },
  )
})
