// What of itc can be tried under Wine, by Node.js for Windows: `node.exe campaign.mjs PACKAGE FOLDER`. Prints a line a try;
// exits with 1 when one is not as it should be.
import { deepStrictEqual } from 'node:assert'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [root, base] = process.argv.slice(2).map(path => resolve(path))
const load = path => import(pathToFileURL(join(root, 'dist', path)).href)
const { guessDir } = await load('jobs/guess/guessDir.js')
const { undoGuessDir } = await load('jobs/guess/undo.js')
const { withLock } = await load('disk/lock.js')
const { isInside, realPath } = await load('disk/inside.js')
const { writeAtomic } = await load('disk/writeAtomic.js')
const { quoted } = await load('text.js')
const { expandWildcards } = await load('cli/wildcards.js')
const { loadEngine } = await load('engine/load.js')
const { findBackbone } = await load('backbone/find.js')

/** Names a "picture" by its text: "cat 0.9". */
const model = {
  labels: ['cat', 'dog'],
  async *guessAll(paths) {
    for (const path of paths) {
      const [label, score] = readFileSync(path, 'utf8').split(' ')
      const scores = [
        { label, score: Number(score) },
        { label: label === 'cat' ? 'dog' : 'cat', score: 1 - score },
      ]
      yield { scores, familiarity: undefined, unfamiliar: false }
    }
  },
}

const [source, out] = [join(base, 'Source'), join(base, 'out')]
const upper = source.toUpperCase()
rmSync(base, { recursive: true, force: true })
mkdirSync(join(source, 'sub'), { recursive: true })
const PICTURES = { 'a.jpg': 'cat 0.9', 'sub\\b.jpg': 'dog 0.8', 'Größe (1).jpg': 'cat 0.7' }
for (const [name, text] of Object.entries(PICTURES)) writeFileSync(join(source, name), text)

await attempt('copies', async () => (await guessDir(model, source, out)).named, 3)
await attempt('a second run finds them done', async () => (await guessDir(model, source, out)).before, 3)
await attempt('copies are taken back', async () => (await undoGuessDir(source, out)).removed, 3)
await attempt('moves', async () => (await guessDir(model, source, out, { move: true })).named, 3)
await attempt('moves are taken back', async () => (await undoGuessDir(upper, out)).restored, 3)
await attempt('nothing is left over', () => readdirSync(source, { recursive: true }).sort(), [
  'Größe (1).jpg',
  'a.jpg',
  'sub',
  'sub\\b.jpg',
])
await attempt('another case is the same folder', () => isInside(source, join(upper, 'x')), true)
await attempt('a real path has the case of the disk', () => realPath(upper), source)
await attempt('a lock is taken and let go', () => withLock(join(base, 'lock'), {}, async () => 'held'), 'held')
await attempt(
  'a file is replaced',
  async () => {
    for (const text of ['a', 'b']) await writeAtomic(join(base, 'file'), text)
    return readFileSync(join(base, 'file'), 'utf8')
  },
  'b',
)
await attempt('a path with a space is quoted', () => quoted('C:\\My Photos'), '"C:\\My Photos"')
await attempt('wildcards', () => expandWildcards([join(source, '*(1).JPG')]), [join(source, 'Größe (1).jpg')])
await attempt(
  'onnxruntime loads and runs a network',
  async () => {
    const engine = await loadEngine('onnx')
    const backbone = await findBackbone('mobilenet_v1')
    const runner = await engine.loadBackbone(backbone)
    const features = await runner.run(new Uint8Array(224 * 224 * 3), 1)
    await runner.dispose()
    return features.length === backbone.features && features.every(Number.isFinite)
  },
  true,
)
await attempt('sharp loads', async () => typeof (await import('sharp')).default, 'function')

async function attempt(what, work, expected) {
  try {
    deepStrictEqual(await work(), expected)
    console.log(`ok      ${what}`)
  } catch (error) {
    console.log(`FAILED  ${what}: ${String(error.message).split('\n').slice(0, 2).join(' ')}`)
    process.exitCode = 1
  }
}
