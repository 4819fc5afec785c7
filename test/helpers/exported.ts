import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { pixelInputs } from '../../src/export/pixels.ts'
import { decodePicture } from '../../src/image/decode.ts'
import type { Recipe } from '../../src/image/recipe.ts'
import { exportModel } from '../../src/jobs/export/export.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { train } from '../../src/jobs/train/train.ts'
import { inputName } from '../../src/model/graph.ts'
import { SAMPLE, SAMPLE_TEST } from './pictures.ts'

/** Pictures that every program is asked about. */
const PICTURES = 3

/** A model, what it was exported to, and what itc itself makes of some pictures. */
export interface Exported {
  readonly name: string
  readonly tfFiles: string
  readonly labels: readonly string[]
  readonly recipes: readonly Recipe[]
  /** Pictures of the very size that the network takes, so that no program has to resize them. */
  readonly pictures: readonly string[]
  /** itc's scores in the labels' order, [picture][label]. */
  readonly scores: readonly (readonly number[])[]
}

/** A folder for a whole suite; the caller removes it. */
export function suiteFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'itc-export-'))
}

/** Trains on the sample and asks the model. All backbones must look at pictures of one size. */
export async function trained(root: string, backbone: string): Promise<Exported> {
  const tfFiles = join(root, backbone.replace('+', '-'))
  await fs.copy(SAMPLE, join(tfFiles, 'data'))
  await train(tfFiles, { backbone, steps: 500, folds: 2, engine: 'onnx' })
  return asked(tfFiles, backbone)
}

/** Asks a model that is there already. */
export async function asked(tfFiles: string, name: string): Promise<Exported> {
  const model = await loadModel(tfFiles, { engine: 'onnx' })
  const recipes = model.manifest.backbones.map(({ recipe }) => recipe)
  const { size } = recipes[0]!
  const names = (await readdir(SAMPLE_TEST)).sort().slice(0, PICTURES)
  const pictures: string[] = []
  const scores: number[][] = []
  for (const picture of names) {
    const path = join(tfFiles, `${picture}.png`)
    const pixels = await decodePicture(join(SAMPLE_TEST, picture), recipes[0]!)
    await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toFile(path)
    const guess = await model.guess(path)
    pictures.push(path)
    scores.push(model.labels.map(label => guess.scores.find(score => score.label === label)!.score))
  }
  await model.dispose()
  return { name, tfFiles, labels: model.labels, recipes, pictures, scores }
}

/** Exports a model to each format, and writes `about.json` and the pixels for scripts/conformance/exported.py. */
export async function exportAll(root: string, models: readonly Exported[]): Promise<void> {
  const about: object[] = []
  for (const { name, tfFiles, recipes, pictures } of models) {
    const decoded = await Promise.all(pictures.map(picture => decodePicture(picture, recipes[0]!)))
    const pixels = `${name}.u8`
    await writeFile(join(root, pixels), Buffer.concat(decoded))
    const prepared = recipes.map(({ size, mean, scale }, place) => ({
      name: inputName(place),
      size,
      mean,
      scale,
      pixels,
    }))
    // Its own retrained_graph.pb: what training left, or what retrain.py did.
    about.push({ name: `${name}-as-it-is`, format: 'graphdef', path: relative(root, tfFiles), inputs: prepared })
    for (const format of ['graphdef', 'saved-model', 'onnx'] as const) {
      for (const float16 of [false, true]) {
        const path = `${name}-${format}${float16 ? '-half' : ''}`
        await exportModel(tfFiles, { format, to: join(root, path), float16 })
        const inputs = pixelInputs(recipes).map(({ name: input, recipe: { size } }) => ({ name: input, size, pixels }))
        about.push({ name: path, format, path, inputs: format === 'graphdef' ? prepared : inputs })
      }
    }
  }
  await writeFile(join(root, 'about.json'), JSON.stringify(about))
}

/** What `tf.io.fromMemory` takes, of a TF.js model on the disk. */
export async function readTfjs(folder: string) {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object
    weightsManifest: [{ paths: string[]; weights: object[] }]
  }
  const [{ paths, weights }] = weightsManifest
  const shards = await Promise.all(paths.map(path => readFile(join(folder, path))))
  return { modelTopology, weightSpecs: weights, weightData: new Uint8Array(Buffer.concat(shards)).buffer }
}

/** Largest difference between scores, [picture][label]. */
export function difference(some: readonly (readonly number[])[], others: readonly (readonly number[])[]): number {
  const all = some.flat().map((score, at) => Math.abs(score - others.flat()[at]!))
  return some.flat().length === others.flat().length ? Math.max(...all) : Number.POSITIVE_INFINITY
}
