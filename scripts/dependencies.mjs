// npm runs this once `npm ci` has filled node_modules in a clone, and for whoever installs from a git address: it builds, and
// prunes node_modules. Where only production dependencies are installed there is no compiler; what was built before stays.
// As a script `prepare` npm 11 would warn of it in every project that installs the clone's folder or a packed file.
import { spawnSync } from 'node:child_process'
import { lstatSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prune } from './prune.mjs'

const require = createRequire(import.meta.url)

if (isInstalled('typescript/package.json')) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { shell: true, stdio: 'inherit' })
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
