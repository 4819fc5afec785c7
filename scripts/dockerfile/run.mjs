// node scripts/dockerfile/run.mjs: does what the Dockerfile's steps do, in a clean folder instead of an image, for where no
// images can be pulled: what is committed is copied, every RUN is run, and the itc that came of it is asked for its help.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'itc-dockerfile-'))
const [source, packed, prefix] = ['src', 'tmp', 'global'].map(name => join(folder, name))
const env = { ...process.env, npm_config_prefix: prefix, PATH: `${prefix}/bin:${process.env.PATH}` }

/** @param {string} command @param {string} [cwd] */
function shell(command, cwd = folder) {
  console.log(`+ ${command}`)
  execFileSync('sh', ['-ec', command], { cwd, env, stdio: 'inherit' })
}

try {
  for (const path of [source, packed, prefix]) mkdirSync(path, { recursive: true })
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ')
  let stage = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('FROM ')) stage++
    else if (line === 'COPY . .') shell(`git -C '${ROOT}' archive HEAD | tar -x -C '${source}'`)
    else if (line.startsWith('RUN ')) shell(line.slice(4).replaceAll('/tmp', packed), stage === 1 ? source : folder)
  }
  shell('itc --version && itc --help >/dev/null')
  // The optional packages are found from where itc is.
  const names = ['@aws-sdk/client-s3', 'bullmq', 'ioredis', 'onnxruntime-node', 'pg']
  const script = `for (const name of ${JSON.stringify(names)}) import.meta.resolve(name)`
  execFileSync('node', ['--input-type=module', '-e', script], {
    cwd: join(prefix, 'lib/node_modules/itc'),
    stdio: 'inherit',
  })
  console.log('the steps of the Dockerfile work')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
