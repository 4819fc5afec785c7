// Training on more features than fit into memory, by the command itself: its peak memory, and that the head learns from all.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnce } from './measure.mjs'
import { writeNetwork } from './scaleOut.network.mjs'
import { child, verdict } from './scaleOut.shared.mjs'

const ITC = fileURLToPath(new URL('../bin/itc.js', import.meta.url))
/** Peak memory of a training, in MB: the sample that judges, the cross-validation on it, and the engine. */
const MOST_MB = 1500

/** @param share of the rows that the issue names, 1 unless it has to be quick; takes up to 7 GB of disk */
export async function beyondMemory(share) {
  const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
  try {
    const narrow = { backbone: writeNetwork(join(folder, 'narrow.pb'), 256), bottleneck: 'features', inputSize: 32 }
    await trained(folder, 3_000_000 * share, { ...narrow, layers: 'last' })
    await trained(folder, 300_000 * share, { backbone: 'mobilenet_v1', layers: 'many' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function trained(folder, rows, network) {
  const [features, tfFiles] = [join(folder, 'features'), join(folder, 'tf_files')]
  child('scaleOut.features.mjs', {
    ITC_ROWS: String(rows),
    ITC_NETWORK: JSON.stringify(network),
    ITC_FOLDER: features,
  })
  const flags = { backbone: 'backbone', bottleneck: 'bottleneck', inputSize: 'input-size', layers: 'layers' }
  const given = Object.entries(network).flatMap(([name, value]) => [`--${flags[name]}`, String(value)])
  const { seconds, megabytes } = await runOnce([ITC, 'train', tfFiles, '--features', features, '--no-report', ...given])
  const { counts, metrics } = JSON.parse(readFileSync(join(tfFiles, 'model/manifest.json'), 'utf8'))
  console.log(
    `${rows} rows, ${network.layers} layers of ${network.backbone.split('/').at(-1)}: ${seconds.toFixed(0)} s; learnt from ${counts.train}, ` +
      `test accuracy ${metrics.test.accuracy.toFixed(4)} of ${metrics.test.pictures}`,
  )
  verdict('peak memory', megabytes, MOST_MB, 'MB')
  for (const path of [features, tfFiles]) rmSync(path, { recursive: true })
}
