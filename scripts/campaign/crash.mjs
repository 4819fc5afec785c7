// Ordinary trainings, many, several at a time under load, each from a cold cache, with core dumps on: counts those that end
// by a signal. `node scripts/campaign/crash.mjs RUNS AT_ONCE [CHECKOUT]`, where CHECKOUT is another built worktree (this one by
// default). What a crash leaves, its core and its words, stays in the folder that is printed. Linux.
import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const [runs, atOnce] = [Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 2)]
const checkout = resolve(process.argv[4] ?? fileURLToPath(new URL('../..', import.meta.url)))
const PICTURES = 400

const root = mkdtempSync(join(tmpdir(), 'itc-crash-'))
const counts = {}
console.log(`${runs} trainings of ${checkout}, ${atOnce} at a time, in ${root}`)

/** Two categories of small pictures, each of its own noise. */
async function makePictures(folder) {
  for (let at = 0; at < PICTURES; at++) {
    const category = at % 2 === 0 ? 'dark' : 'light'
    mkdirSync(join(folder, category), { recursive: true })
    const [width, height] = [60 + (at % 50), 40 + (at % 37)]
    const noise = { type: 'gaussian', mean: at % 2 === 0 ? 100 : 140, sigma: 40 }
    const create = { width, height, channels: 3, background: '#000', noise }
    await sharp({ create })
      .jpeg()
      .toFile(join(folder, category, `${at}.jpg`))
  }
}

/** One training in a folder of its own, from which a core would be written into it. @returns 0, an exit code or a signal's name */
function train(number) {
  const folder = join(root, `run-${number}`)
  cpSync(join(root, 'data'), join(folder, 'tf_files/data'), { recursive: true })
  const command = `ulimit -c unlimited; exec "$0" "$@"`
  const args = ['-c', command, process.execPath, join(checkout, 'bin/itc.js'), 'train', 'tf_files', '--no-report']
  const env = { ...process.env, ITC_CACHE: join(root, 'cache'), CI: '' }
  const child = spawn('sh', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      words += chunk
    })
  }
  return new Promise(done => {
    child.on('close', (code, signal) => {
      const end = signal ?? code
      if (end === 0) rmSync(folder, { recursive: true, force: true })
      else writeFileSync(join(folder, 'words.txt'), words)
      done(end)
    })
  })
}

await makePictures(join(root, 'data'))
let next = 0
const lane = async () => {
  while (next < runs) {
    const number = next++
    const end = await train(number)
    counts[end] = (counts[end] ?? 0) + 1
    appendFileSync(join(root, 'ends.txt'), `${number} ${end}\n`)
    if (end !== 0) console.log(`run ${number} ended with ${end}`)
  }
}
await Promise.all(Array.from({ length: atOnce }, lane))
console.log(
  Object.entries(counts)
    .map(([end, count]) => `${end}: ${count}`)
    .join(', '),
)
const left = readdirSync(root).filter(name => name.startsWith('run-'))
if (left.length === 0) rmSync(root, { recursive: true, force: true })
else console.log(`kept: ${left.join(', ')}`)
process.exitCode = left.length > 0 ? 1 : 0
