import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
const isClone = fs.pathExistsSync(join(ROOT, '.git'))

it.runIf(isClone)('a clone as Git for Windows makes it (core.autocrlf) lints, builds and trains', async () => {
  const folder = await tempFolder()
  const clone = join(folder, 'itc')
  await run('git', ['clone', '-q', '-c', 'core.autocrlf=true', ROOT, clone])
  const { stdout } = await run('git', ['ls-files', '--eol'], { cwd: clone })
  const changed = stdout.split('\n').filter(line => /w\/(crlf|mixed)/.test(line) && !line.startsWith('i/crlf'))
  expect(changed).toEqual([])
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'), 'junction')
  const npm = (script: string) => run('npm', ['run', script], { cwd: clone, shell: process.platform === 'win32' })
  await npm('lint')
  await npm('build')
  const tfFiles = await sampleFolder(folder, ['bird', 'bug'], 4)
  const trained = await run(process.execPath, [join(clone, 'bin', 'itc.js'), 'train', tfFiles, '--steps', '10'])
  expect(trained.stderr + trained.stdout).toMatch(/model written to/)
})
