// npm runs this after `npm ci` in a clone and before it packs, and so for whoever installs from a git address: it builds, and
// prunes node_modules. Where only production dependencies are installed there is no compiler; what was built before stays.
import { spawnSync } from 'node:child_process'
import { lstatSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prune } from './prune.mjs'

const require = createRequire(import.meta.url)

if (isInstalled('typescript/package.json')) {
  // What npm pack prints is for programs: the compiler's words go beside it.
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { shell: true, stdio: ['ignore', 2, 2] })
  process.exitCode = status ?? 1
  // Where node_modules is a link, it is another's.
  if (lstatSync('node_modules').isDirectory()) prune('node_modules')
} else {
  console.error('Not built: TypeScript is not installed. To build: npm ci, then npm run build')
}

function isInstalled(name) {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}
