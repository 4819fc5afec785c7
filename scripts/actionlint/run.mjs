// Checks .github/workflows with actionlint, which Go's own client fetches and builds once; a checksum database vouches for it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const VERSION = 'v1.7.12'
const cache = process.env.ITC_CACHE || join(homedir(), '.cache', 'itc')
const folder = resolve(cache, `actionlint-${VERSION}`)
const program = join(folder, process.platform === 'win32' ? 'actionlint.exe' : 'actionlint')

if (!existsSync(program)) {
  mkdirSync(folder, { recursive: true })
  const env = { ...process.env, GOBIN: folder }
  execFileSync('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`], { env, stdio: 'inherit' })
}
execFileSync(program, ['-no-color', ...process.argv.slice(2)], {
  cwd: join(import.meta.dirname, '../..'),
  stdio: 'inherit',
})
