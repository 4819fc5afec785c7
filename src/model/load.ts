import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backbone, blocksOf } from '../backbone/backbone.ts'
import { findRoot } from '../dataset/root.ts'
import { readPlain, readPlainText } from '../disk/readPlain.ts'
import { systemCode, UserError } from '../errors.ts'
import { lastWidth } from '../features/lastFeatures.ts'
import { once } from '../flow/once.ts'
import type { Head } from '../head/head.ts'
import { quoted } from '../text.ts'
import { type Layout, layoutOf } from './layout.ts'
import { damaged, type Manifest, type ModelFile, parseManifest } from './manifest.ts'
import type { StoredModel } from './stored.ts'

/**
 * Reads and verifies the model of a working folder (see `findRoot`), or the one that TensorFlow's retrain.py or Teachable Machine left there.
 *
 * @throws UserError `E_NO_FOLDER`, `E_NOT_A_FOLDER`, `E_NO_MODEL`, `E_MODEL_DAMAGED`, `E_MODEL_VERSION`
 */
export async function readModel(tfFiles: string): Promise<StoredModel> {
  const layout = layoutOf(await findRoot(tfFiles))
  if (!existsSync(layout.manifest)) {
    const { oldFiles, teachableFiles } = await import('./oldFiles.ts') // the graph room is not loaded for a model of our own
    const old = oldFiles(layout)
    if (old) return (await import('./oldModel.ts')).readOldModel(old)
    const teachable = teachableFiles(layout)
    if (teachable) return (await import('./teachable.ts')).readTeachableModel(teachable)
  }
  const text = await readManifest(layout)
  try {
    return await readFiles(layout, parseManifest(text, layout.manifest))
  } catch (error) {
    // A training that ended in between has replaced the files: the new manifest names those that are there.
    const now = await readManifest(layout)
    if (now === text) throw error
    return await readFiles(layout, parseManifest(now, layout.manifest))
  }
}

async function readManifest({ root, manifest }: Layout): Promise<string> {
  try {
    return await readPlainText(manifest)
  } catch (cause) {
    const found = await stat(root).catch(() => undefined)
    if (!found) throw new UserError('E_NO_FOLDER', `There is no folder "${root}".`, { hint: 'Check the path.', cause })
    if (!found.isDirectory()) {
      const hint = 'Give the folder that was trained before the pictures.'
      throw new UserError('E_NOT_A_FOLDER', `"${root}" is a file, not a folder.`, { hint, cause })
    }
    if (systemCode(cause) === 'ENOENT') {
      const { otherModelIn } = await import('./otherModel.ts')
      const other = await otherModelIn(root)
      if (other) throw other
      throw new UserError('E_NO_MODEL', `There is no model in "${root}" yet.`, {
        hint: `Train one first: itc train ${quoted(root)}`,
        cause,
      })
    }
    throw new UserError('E_MODEL_UNREADABLE', `The model ${manifest} can't be read (${systemCode(cause)}).`, { cause })
  }
}

async function readFiles(layout: Layout, manifest: Manifest): Promise<StoredModel> {
  const backbones = manifest.backbones.map((stored): Backbone => {
    const read = once(() => readOwnNetwork(layout, stored))
    return {
      name: stored.name,
      sha256: stored.weightsSha256,
      recipe: stored.recipe,
      features: stored.features,
      inner: stored.inner,
      isCompiled: true,
      checksum: stored.sha256,
      loadNetwork: async () => ({ format: 'onnx', bytes: await read() }),
    }
  })
  const [head, familiarity] = await Promise.all([
    readHead(layout, manifest),
    readFamiliarity(layout, manifest),
    ...backbones.map(backbone => backbone.loadNetwork()),
  ])
  return { manifest, backbones, head, familiarity }
}

async function readHead(layout: Layout, manifest: Manifest): Promise<Head> {
  const bytes = await readVerified(layout, manifest.head)
  const categories = manifest.labels.length
  const width = manifest.backbones.reduce((sum, { features }) => sum + features, 0)
  if (bytes.byteLength !== (width + 1) * categories * Float32Array.BYTES_PER_ELEMENT) {
    throw damaged(layout.manifest, `${manifest.head.file} does not fit its ${categories} labels`)
  }
  const values = new Float32Array(Uint8Array.from(bytes).buffer) // a copy: aligned
  if (!values.every(Number.isFinite)) throw damaged(layout.manifest, `${manifest.head.file} holds what is no number`)
  const cut = width * categories
  const blocks = manifest.head.normalised ? manifest.backbones.flatMap(blocksOf) : undefined
  return { weights: values.subarray(0, cut), bias: values.subarray(cut), width, categories, blocks }
}

async function readFamiliarity(
  layout: Layout,
  { familiarity, backbones }: Manifest,
): Promise<StoredModel['familiarity']> {
  if (!familiarity) return undefined
  const { rows, rule } = familiarity
  const width = lastWidth(backbones)
  const bytes = Uint8Array.from(await readVerified(layout, familiarity)) // a copy: aligned
  const cut = rows * Float32Array.BYTES_PER_ELEMENT
  if (bytes.byteLength !== cut + rows * width) throw damaged(layout.manifest, `${familiarity.file} has a wrong length`)
  const bank = { scales: new Float32Array(bytes.buffer, 0, rows), codes: new Int8Array(bytes.buffer, cut), rows, width }
  return { rule, bank }
}

/** A network of a model, which holds its weights: what sends for other files is none that was written here. */
async function readOwnNetwork(layout: Layout, stored: ModelFile): Promise<Uint8Array> {
  const bytes = await readVerified(layout, stored)
  if (!bytes.includes('location')) return bytes // the key that names a file: nothing needs to be decoded
  const { filesOfWeights } = await import('../formats/onnx/external.ts')
  if (filesOfWeights(bytes).length > 0)
    throw damaged(layout.manifest, `its file ${stored.file} names weights elsewhere`)
  return bytes
}

/** A file of a model. @throws UserError `E_MODEL_DAMAGED` when it is not there or not as it was written */
export async function readVerified(layout: Layout, { file, sha256 }: ModelFile): Promise<Buffer> {
  let bytes: Buffer
  try {
    bytes = await readPlain(join(layout.model, file))
  } catch (cause) {
    throw damaged(layout.manifest, `its file ${file} can't be read (${systemCode(cause)})`, cause)
  }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw damaged(layout.manifest, `its file ${file} has changed`)
  }
  return bytes
}
