// Writes ITC_ROWS rows of bottlenecks of the network ITC_NETWORK (JSON: backbone and options), as `itc features` does, into ITC_FOLDER: random ones that lean to their
// category. A process of its own, so that what is measured of training is training's own.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBackbones } from '../dist/backbone/find.js'
import { probe } from '../dist/engine/probe.js'
import { layersOf } from '../dist/features/identity.js'
import { encodePart } from '../dist/features/part.js'
import { floatsToHalves } from '../dist/graph/tensor.js'
import { digestOf, vectorsKey } from '../dist/jobs/features/form.js'
import { encodeIndex, hashesOf } from '../dist/jobs/features/indexRows.js'

const { ITC_ROWS, ITC_NETWORK, ITC_FOLDER } = process.env
const rows = Number(ITC_ROWS)
const { backbone: name, ...options } = JSON.parse(ITC_NETWORK)
const PER_BATCH = 256
const CATEGORIES = 20
/** How far a category's mean lies from the others', against the noise. */
const SIGNAL = 0.15

const [backbone] = await findBackbones(name, { probe, ...options })
const layers = layersOf(backbone)

let state = 1
/** From 0 to 1, by a linear congruence: fast, and good enough for noise. */
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const means = Array.from({ length: CATEGORIES }, () =>
  layers.map(({ length }) => Float32Array.from({ length }, () => SIGNAL * random())),
)
const sha256 = text => createHash('sha256').update(text).digest('hex')

for (const name of ['index', 'parts']) mkdirSync(join(ITC_FOLDER, name), { recursive: true })
const identities = layers.map(({ identity }) => identity)
const heading = { format: 1, model: 'b'.repeat(64), labels: [], source: 'bench', layers: identities }
writeFileSync(join(ITC_FOLDER, 'itc-features.json'), JSON.stringify(heading))
for (let first = 0; first < rows; first += PER_BATCH) {
  const count = Math.min(PER_BATCH, rows - first)
  const labels = Array.from({ length: count }, (_, row) => (first + row) % CATEGORIES)
  const index = labels.map((label, row) => {
    const key = `category-${label}/${String(first + row).padStart(8, '0')}.jpg`
    return { key, size: 4e6, etag: '"1"', category: `category-${label}`, sha256: sha256(key), error: undefined }
  })
  const hashes = Buffer.from(index.map(row => row.sha256).join(''), 'hex')
  const id = sha256(`batch ${first}`)
  for (const [number, { identity, length: width, half }] of layers.entries()) {
    const floats = new Float32Array(count * width)
    for (const [row, label] of labels.entries()) {
      const mean = means[label][number]
      for (let at = 0; at < width; at++) floats[row * width + at] = mean[at] + random()
    }
    const vectors = half ? floatsToHalves(floats) : floats
    const { bytes } = encodePart({ identity, hashes, vectors, rows: count, width })
    writeFileSync(join(ITC_FOLDER, vectorsKey(id, number, digestOf(hashesOf(index)))), bytes)
  }
  writeFileSync(join(ITC_FOLDER, 'index', `${id}.parquet`), encodeIndex(index, {}))
}
