import { execFileSync, spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fs from 'fs-extra'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readNetwork } from '../../../src/backbone/readNetwork.ts'
import { EXPORT_FORMATS } from '../../../src/export/formats.ts'
import { pixelInputs } from '../../../src/export/pixels.ts'
import { pagePixels } from '../../../src/export/snippets.ts'
import { decodePicture } from '../../../src/image/decode.ts'
import { exportModel } from '../../../src/jobs/export/export.ts'
import { loadModel } from '../../../src/jobs/guess/loadModel.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { readModel } from '../../../src/model/load.ts'
import { writeModel } from '../../../src/model/write.ts'
import { SAMPLE_TEST, sampleFolder } from '../../helpers/pictures.ts'
import { retrained } from '../../helpers/retrained.ts'
import { run } from '../../helpers/runCli.ts'
import { printedByNode, printedByPython, program } from '../../helpers/snippets.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork } from '../../helpers/tinyFolder.ts'
import { tinyModel } from '../../helpers/tinyModel.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node')
const tf = createRequire(import.meta.url)('@tensorflow/tfjs')

async function somePicture(): Promise<string> {
  return join(SAMPLE_TEST, (await readdir(SAMPLE_TEST)).sort()[0]!)
}

/** Scores of the exported ONNX model, in the labels' order. */
async function onnxScores(folder: string, feeds: Record<string, Uint8Array>, size: number): Promise<number[]> {
  const session = await ort.InferenceSession.create(await readFile(join(folder, 'model.onnx')))
  expect([...session.inputNames]).toEqual(Object.keys(feeds))
  const tensors = Object.entries(feeds).map(([name, pixels]) => {
    return [name, new ort.Tensor('uint8', pixels, [1, size, size, 3])] as const
  })
  const { scores } = await session.run(Object.fromEntries(tensors))
  await session.release()
  return [...(scores!.data as Float32Array)]
}

const PYTHON = process.env.ITC_PYTHON || process.env.PYTHON || 'python3'
const READERS =
  spawnSync(PYTHON, ['-c', 'import numpy']).status === 0 ? ['familiar.js', 'familiar.py'] : ['familiar.js']

/** Familiarity as an exported reader tells it, in its own language. */
async function toldBy(reader: string, folder: string, [features, logits]: readonly [number[], number[]]) {
  if (reader === 'familiar.js') {
    const { familiarity, readRule } = await import(pathToFileURL(join(folder, reader)).href)
    return familiarity(readRule(JSON.parse(await readFile(join(folder, 'familiar.json'), 'utf8'))), features, logits)
  }
  const script = `import json, sys
from familiar import familiarity, read_rule
print(familiarity(read_rule("familiar.json"), *json.load(sys.stdin))[0])`
  const input = JSON.stringify([[features], [logits]])
  return Number(execFileSync(PYTHON, ['-c', script], { cwd: folder, input }))
}

const PRINT_RAW = 'console.log(JSON.stringify([...raw]))'

function hasPillow(): boolean {
  return spawnSync(PYTHON, ['-c', 'import onnxruntime, PIL']).status === 0
}

/** A picture far from square of stripes and slopes, clearer to its right. */
async function clearerToTheRight(path: string): Promise<void> {
  const [width, height] = [150, 70]
  const at = (i: number) => [i % width, Math.floor(i / width)] as const
  const pixels = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = at(i)
    return [y % 7 < 3 ? 230 : 20, y * 3, x, 255 - x]
  })
  await sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 4 } })
    .png()
    .toFile(path)
}

/** What the program prints that the page beside an ONNX file shows; undefined where Python lacks what it imports. */
async function saidByPage(reader: string, folder: string, page: string, isTold = true): Promise<Said | undefined> {
  if (reader === 'familiar.js') {
    const text = program(page, 'js', 'In Node', 'In the browser') + (isTold ? program(page, 'js', 'and in both') : '')
    const print = `console.log(JSON.stringify({ scores: [...scores]${isTold ? ', isNoneOfThese' : ''} }))`
    return (await printedByNode(folder, text + print)) as Said
  }
  if (!hasPillow()) return undefined
  const told = isTold ? ', "isNoneOfThese": bool(none_of_these[0])' : ''
  const print = `print(json.dumps({"scores": scores[0].tolist()${told}}))`
  return (await printedByPython(PYTHON, folder, program(page, 'python') + print)) as Said
}

interface Said {
  readonly scores: readonly number[]
  readonly isNoneOfThese?: boolean
}

/** A model whose tiny network has pictures fitted so. */
async function trainedTo(resize: 'stretch' | 'crop' | 'pad') {
  const root = await tempFolder()
  const tfFiles = await sampleFolder(root, ['bird', 'vehicle'], 6)
  const options = { backbone: await tinyNetwork(root, 32), resize, steps: 50, folds: 0, engine: 'onnx' } as const
  const { recipe } = (await train(tfFiles, options)).manifest.backbones[0]!
  return { root, tfFiles, recipe }
}

/** Scores of itc itself, in the labels' order. */
async function ownScores(tfFiles: string, picture: string): Promise<number[]> {
  const model = await loadModel(tfFiles, { engine: 'onnx' })
  const { scores } = await model.guess(picture)
  await model.dispose()
  return model.labels.map(label => scores.find(score => score.label === label)!.score)
}

describe('itc export', () => {
  it.each([
    ['mobilenet_v1', ['pixels']],
    ['mobilenet_v1+efficientnet_lite0', ['pixels']],
  ])('of a model on %s to ONNX gives the same scores', async (backbone, inputs) => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 6)
    await train(tfFiles, { backbone, steps: 50, folds: 0, engine: 'onnx' })
    const to = join(tfFiles, 'onnx')
    await exportModel(tfFiles, { format: 'onnx', to })
    const picture = await somePicture()
    const { recipe } = (await loadModel(tfFiles)).manifest.backbones[0]!
    const pixels = await decodePicture(picture, recipe)
    const scores = await onnxScores(to, Object.fromEntries(inputs.map(name => [name, pixels])), recipe.size)
    const own = await ownScores(tfFiles, picture)
    scores.forEach((score, at) => {
      expect(score).toBeCloseTo(own[at]!, 5)
    })
  })

  it.each(READERS)('hands out the rule for unfamiliar pictures, to the same number: %s', async reader => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 8)
    await train(tfFiles, { steps: 50, folds: 2, engine: 'onnx' })
    const to = join(tfFiles, 'onnx')
    await exportModel(tfFiles, { format: 'onnx', to })
    const model = await loadModel(tfFiles, { engine: 'onnx' })
    const picture = await somePicture()
    const own = await model.guess(picture)
    const { recipe } = model.manifest.backbones[0]!
    const session = await ort.InferenceSession.create(await readFile(join(to, 'model.onnx')))
    const pixels = new ort.Tensor('uint8', await decodePicture(picture, recipe), [1, recipe.size, recipe.size, 3])
    const result = await session.run({ pixels })
    await session.release()
    await model.dispose()
    const [features, logits] = ['itc/features', 'itc/logits'].map(name => [...(result[name]!.data as Float32Array)])
    expect(await toldBy(reader, to, [features!, logits!])).toBeCloseTo(own.familiarity!, 2)
    const page = await readFile(join(to, 'README.md'), 'utf8')
    expect(page).toMatch(/Right about \d+ of 16 pictures that it had not seen/)
    await fs.copy(picture, join(to, 'photo.jpg'))
    const said = await saidByPage(reader, to, page)
    if (said === undefined) return
    expect(said.isNoneOfThese).toBe(own.unfamiliar)
    for (const [at, label] of model.labels.entries()) {
      const { score } = own.scores.find(each => each.label === label)!
      expect(Math.abs(said.scores[at]! - score)).toBeLessThan(0.1) // decoded and resized by other programs
    }
  })

  it('of backbones that look at pictures of different sizes has an input for each, which the programs beside it feed', async () => {
    const root = await tempFolder()
    const tfFiles = await sampleFolder(root, ['bird', 'vehicle'], 6)
    const backbone = `${await tinyNetwork(root, 32)}+${await tinyNetwork(root, 40)}`
    const { manifest } = await train(tfFiles, { backbone, steps: 50, folds: 0, engine: 'onnx' })
    expect(manifest.backbones.map(({ recipe }) => recipe.size)).toEqual([32, 40])
    const to = join(tfFiles, 'onnx')
    await exportModel(tfFiles, { format: 'onnx', to })
    const session = await ort.InferenceSession.create(await readFile(join(to, 'model.onnx')))
    expect([...session.inputNames]).toEqual(['pixels', 'pixels_1'])
    await session.release()
    const photo = join(to, 'photo.jpg')
    // Of one colour: other programs resize otherwise.
    await sharp({ create: { width: 60, height: 40, channels: 3, background: '#48c' } }).toFile(photo)
    const own = await ownScores(tfFiles, photo)
    for (const reader of READERS) {
      const said = await saidByPage(reader, to, await readFile(join(to, 'README.md'), 'utf8'), false)
      if (said) expect(said.scores.map((score, at) => Math.abs(score - own[at]!) < 1e-4)).toEqual([true, true])
    }
  })

  it.each(['stretch', 'crop', 'pad'] as const)(
    'to ONNX: the programs beside it %s a picture as itc does',
    async resize => {
      const { tfFiles, recipe } = await trainedTo(resize)
      const to = join(tfFiles, 'onnx')
      await exportModel(tfFiles, { format: 'onnx', to })
      const photo = join(to, 'photo.jpg')
      await clearerToTheRight(photo)
      const own = await decodePicture(photo, recipe)
      const page = await readFile(join(to, 'README.md'), 'utf8')
      const seen = [await printedByNode(to, `${program(page, 'js', 'In Node', 'In the browser')}${PRINT_RAW}`)]
      if (READERS.length > 1 && hasPillow()) {
        seen.push(
          await printedByPython(PYTHON, to, `${program(page, 'python')}print(json.dumps(pixels.ravel().tolist()))`),
        )
      }
      for (const pixels of seen as number[][]) {
        expect(pixels.length).toBe(own.length)
        const apart = pixels.reduce((sum, value, at) => sum + Math.abs(value - own[at]!), 0) / own.length
        expect(apart).toBeLessThan(2.5) // half a pixel of what is cut out
      }
    },
  )

  it.each(['stretch', 'crop', 'pad'] as const)(
    'to TF.js: the program for a page can %s a picture, too',
    async resize => {
      const { root, tfFiles, recipe } = await trainedTo(resize)
      const to = join(tfFiles, 'web')
      await exportModel(tfFiles, { format: 'tfjs', to })
      const [width, height] = [150, 70]
      // Slopes alone: TF.js does not average what it shrinks.
      const slopes = Array.from({ length: width * height }, (_, i) => {
        const [x, y] = [i % width, Math.floor(i / width)]
        return [x, y * 3, x + y]
      })
      const photo = join(root, 'photo.png')
      await sharp(Uint8Array.from(slopes.flat()), { raw: { width, height, channels: 3 } }).toFile(photo)
      const own = await decodePicture(photo, recipe)
      const page = program(await readFile(join(to, 'README.md'), 'utf8'), 'js', '', 'In Node')
      const lines = page.split('\n').filter(line => !/ model | document\.|await/.test(line))
      const picture = tf.tensor3d(slopes.flat(), [height, width, 3], 'int32')
      const inPage = { ...tf, browser: { fromPixels: () => picture } }
      const pixels = new Function('tf', 'picture', `${lines.join('\n')}\nreturn pixels`)(inPage, undefined)
      expect(pixels.shape).toEqual([1, 32, 32, 3])
      const seen = await pixels.data()
      const apart = own.reduce((sum, value, at) => sum + Math.abs(value - seen[at]), 0) / own.length
      expect(apart).toBeLessThan(4.5) // what is filled up ends half a row elsewhere
    },
  )

  it('to TF.js: the program for a page fills up with the mean of each network, around a picture smaller than they take', async () => {
    const common = { resize: 'pad', scale: [1, 1, 1] } as const
    const inputs = pixelInputs([
      { ...common, size: 8, mean: [10, 20, 30] },
      { ...common, size: 16, mean: [0, 0, 0] },
    ])
    const inPage = { ...tf, browser: { fromPixels: () => tf.fill([2, 4, 3], 99, 'int32') } }
    const seen = new Function('tf', 'picture', `${pagePixels(inputs)}\nreturn [pixels, pixels_1]`)(inPage, undefined)
    const corners = seen.map((pixels: { arraySync(): number[][][][] }) => pixels.arraySync()[0]![0]![0])
    const middles = seen.map((pixels: { arraySync(): number[][][][] }) => pixels.arraySync()[0]![4]![4])
    expect(seen.map(({ shape }: { shape: number[] }) => shape)).toEqual([
      [1, 8, 8, 3],
      [1, 16, 16, 3],
    ])
    expect(corners).toEqual([
      [10, 20, 30],
      [0, 0, 0],
    ])
    expect(middles[0]).toEqual([99, 99, 99])
  })

  it('of an old retrained_graph.pb works too, to every format, whole and with half-size weights', async () => {
    const tfFiles = await tempFolder()
    await retrained(tfFiles, 'inception', ['no', 'yes'])
    const picture = await somePicture()
    const own = await ownScores(tfFiles, picture)
    for (const format of EXPORT_FORMATS) {
      for (const float16 of [false, true]) {
        const to = join(tfFiles, `${format}-${float16}`)
        const { files } = await exportModel(tfFiles, { format, to, float16 })
        for (const { path, bytes } of files) expect((await fs.stat(join(to, path))).size).toBe(bytes)
        if (format !== 'onnx') {
          const { features, input } = await readNetwork(format === 'graphdef' ? join(to, 'retrained_graph.pb') : to)
          expect([features, input]).toEqual([4, format === 'graphdef' ? 'input' : 'pixels'])
          continue
        }
        const { recipe } = (await loadModel(tfFiles)).manifest.backbones[0]!
        const scores = await onnxScores(to, { pixels: await decodePicture(picture, recipe) }, recipe.size)
        expect(scores[0]).toBeCloseTo(own[0]!, float16 ? 2 : 5)
      }
    }
  })

  it('overwrites nothing, and leaves nothing behind when something is in the way', async () => {
    const tfFiles = await tempFolder()
    await retrained(tfFiles, 'mobilenet', ['no', 'yes'])
    const to = join(tfFiles, 'here')
    await fs.outputFile(join(to, 'model.onnx'), 'mine')
    const { code, err, out } = await run(['export', tfFiles, '--format', 'onnx', '--to', to])
    expect(err).toMatch(/There is a "model\.onnx" in .*here" already; nothing is overwritten\.\nChoose another --to/)
    expect([code, out]).toEqual([1, ''])
    expect(await readdir(to)).toEqual(['model.onnx'])
    expect(await readFile(join(to, 'model.onnx'), 'utf8')).toBe('mine')
    expect((await run(['export', tfFiles, '--format', 'saved-model', '--to', to])).code).toBe(0)
    expect((await readdir(to)).sort()).toEqual(['assets.extra', 'model.onnx', 'saved_model.pb'])
  })

  it('goes on with what a killed export left', async () => {
    const tfFiles = await tempFolder()
    await retrained(tfFiles, 'mobilenet', ['no', 'yes'])
    const to = join(tfFiles, 'here')
    const args = ['export', tfFiles, '--format', 'saved-model', '--to', to]
    expect((await run(args)).code).toBe(0)
    const whole = await readFile(join(to, 'saved_model.pb'))
    await fs.remove(join(to, 'saved_model.pb'))
    await fs.outputFile(join(to, '.itc-export-0123456789ab.tmp', 'saved_model.pb'), 'half')
    expect((await run(args)).code).toBe(0)
    expect((await readdir(to)).sort()).toEqual(['assets.extra', 'saved_model.pb'])
    expect(await readFile(join(to, 'saved_model.pb'))).toEqual(whole)
  })

  it('says what it wrote, also as JSON', async () => {
    const tfFiles = await tempFolder()
    await retrained(tfFiles, 'mobilenet', ['no', 'yes'])
    const text = await run(['export', tfFiles, '--format', 'tfjs', '--to', join(tfFiles, 'a')])
    expect(text.out).toMatch(/^index\.html +\d+ kB$/m)
    expect(text.out).toMatch(/written to .*; open index\.html in a browser/)
    const json = await run(['export', tfFiles, '--format', 'tfjs', '--to', join(tfFiles, 'b'), '--json'])
    expect(JSON.parse(json.out).files.map((file: { path: string }) => file.path)).toContain('model.json')
  })

  it.each<[what: string, args: (folder: string) => string[], sentence: RegExp]>([
    ['no model', folder => [folder, '--format', 'onnx', '--to', join(folder, 'x')], /no model in .* yet/],
    [
      'a format that is none',
      folder => [folder, '--format', 'tflite', '--to', 'x'],
      /tfjs, saved-model, onnx, graphdef/,
    ],
    ['no --to', folder => [folder, '--format', 'onnx'], /--to/],
    ['--to nothing', folder => [folder, '--format', 'onnx', '--to', ''], /Expected a folder for to but received ""/],
  ])('%s: a sentence', async (_what, args, sentence) => {
    const { code, err, out } = await run(['export', ...args(await tempFolder())])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/\n\s+at /)
    expect([code, out]).toEqual([1, ''])
  })

  it.runIf(fs.pathExistsSync('/proc/self'))('a folder that can never be made: a sentence, and no waiting', async () => {
    const tfFiles = await tempFolder()
    await retrained(tfFiles, 'mobilenet', ['no', 'yes'])
    const { code, err } = await run(['export', tfFiles, '--format', 'onnx', '--to', '/proc/itc/page'])
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^error: There is no folder "\/proc\/itc\/page", and it can't be made/),
    ])
  })

  it('a model on an ONNX file can be had as ONNX, and says so', async () => {
    const { tfFiles } = await tinyModel(await tempFolder())
    const { manifest, head, backbones } = await readModel(tfFiles)
    const layout = layoutOf(tfFiles)
    await fs.remove(layout.model)
    await writeModel(layout, backbones, head, { ...manifest, familiarity: undefined })
    const { code, err } = await run(['export', tfFiles, '--format', 'saved-model', '--to', join(tfFiles, 'x')])
    expect(err).toMatch(/no TensorFlow graph of this model: tiny is an ONNX file.*\nExport it with --format onnx/)
    expect(code).toBe(1)
    expect((await run(['export', tfFiles, '--format', 'onnx', '--to', join(tfFiles, 'x')])).code).toBe(0)
  })

  it('a model whose graph was removed: says how to get it again; ONNX goes without', async () => {
    const { tfFiles } = await tinyModel(await tempFolder())
    await fs.remove(layoutOf(tfFiles).graph)
    const { code, err } = await run(['export', tfFiles, '--format', 'tfjs', '--to', join(tfFiles, 'x')])
    expect(err).toMatch(/retrained_graph\.pb is not there.*\nTrain again.*itc train/)
    expect(code).toBe(1)
    expect(await fs.pathExists(join(tfFiles, 'x'))).toBe(false)
    expect((await run(['export', tfFiles, '--format', 'onnx', '--to', join(tfFiles, 'x')])).code).toBe(0)
  })
})

it('page/tf.min.js is the browser builds of the installed TensorFlow.js (node scripts/page/make.mjs)', async ({
  skip,
}) => {
  const require = createRequire(import.meta.url)
  const script = await readFile(new URL('../../../page/tf.min.js', import.meta.url), 'utf8')
  for (const part of ['core', 'converter', 'backend-cpu', 'backend-webgl']) {
    let version: string
    try {
      version = require(`@tensorflow/tfjs-${part}/package.json`).version
    } catch {
      return skip('TensorFlow.js is not installed')
    }
    expect(script).toContain(`/* @tensorflow/tfjs-${part} ${version} */`)
  }
})
