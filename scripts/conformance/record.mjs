/**
 * node scripts/conformance/record.mjs FOLDER
 *
 * Keeps what TensorFlow made of each op, for tests that have no Python at hand: from the folder `single_ops` that
 * `npm run conformance -- single_ops` leaves in the cache, into test/compile/ops/. A line an output: node, shape, 16 values.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const VALUES = 16

const [folder] = process.argv.slice(2)
const target = join(import.meta.dirname, '../../test/compile/ops')
mkdirSync(target, { recursive: true })
for (const name of ['graph.pb', 'pixels.u8']) copyFileSync(join(folder, name), join(target, name))
const { outputs } = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8'))
const lines = outputs.map(({ node, shape }, index) => {
  const values = new Float32Array(new Uint8Array(readFileSync(join(folder, `${index}.f32`))).buffer)
  const places = Array.from({ length: VALUES }, (_, i) => Math.floor((i * values.length) / VALUES))
  return `${node}\t${shape}\t${places.map(place => Number(values[place].toPrecision(6)))}\n`
})
writeFileSync(join(target, 'outputs.tsv'), lines.join(''))
