// Writes ITC_ROWS rows of ITC_WIDTH numbers as `itc features` does, into ITC_FOLDER, and with ITC_READ=1 reads them as
// `itc train --features` does: prints what that took, as JSON.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layersOf } from '../dist/features/identity.js'
import { encodePart } from '../dist/features/part.js'
import { encodeIndex } from '../dist/jobs/features/indexRows.js'
import { FeaturesPlace } from '../dist/jobs/features/readFeatures.js'

const rows = Number(process.env.ITC_ROWS)
const width = Number(process.env.ITC_WIDTH)
const folder = process.env.ITC_FOLDER ?? ''
/** Of train: numbers in memory. */
const MOST_NUMBERS = 150e6
const PER_BATCH = 256
const CATEGORIES = 20
const recipe = { size: 224, resize: 'fit', mean: 127.5, scale: 127.5 }
const backbone = /** @type {any} */ ({ name: 'bench', sha256: 'a'.repeat(64), features: width, recipe })
const [layer] = layersOf(backbone)

/** @param {string} text */
const sha256 = text => createHash('sha256').update(text).digest('hex')

function write() {
  const identity = layer?.identity ?? ''
  for (const name of ['index', 'parts']) mkdirSync(join(folder, name), { recursive: true })
  const heading = { format: 1, model: 'b'.repeat(64), labels: [], source: 'bench', layers: [identity] }
  writeFileSync(join(folder, 'itc-features.json'), JSON.stringify(heading))
  const vectors = Float32Array.from({ length: PER_BATCH * width }, (_, at) => Math.sin(at))
  for (let first = 0; first < rows; first += PER_BATCH) {
    const id = sha256(`batch ${first}`)
    const count = Math.min(PER_BATCH, rows - first)
    const index = Array.from({ length: count }, (_, row) => {
      const category = `category-${(first + row) % CATEGORIES}`
      const key = `${category}/${String(first + row).padStart(8, '0')}.jpg`
      return { key, size: 4e6, etag: '"1"', category, sha256: sha256(key), error: undefined }
    })
    const hashes = Buffer.from(index.map(row => row.sha256).join(''), 'hex')
    const data = { identity, hashes, vectors: vectors.subarray(0, count * width), rows: count, width }
    writeFileSync(join(folder, 'parts', `${id}-0.arrow`), encodePart(data).bytes)
    writeFileSync(join(folder, 'index', `${id}.parquet`), encodeIndex(index, {}))
  }
}

if (process.env.ITC_READ !== '1') write()
else {
  const start = performance.now()
  const place = await FeaturesPlace.open(folder)
  const { matrix } = await place.read([backbone], Math.floor(MOST_NUMBERS / width))
  const seconds = (performance.now() - start) / 1000
  const peakMb = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ rows: place.pictures, width, drawn: matrix.rows, seconds, peakMb }))
}
