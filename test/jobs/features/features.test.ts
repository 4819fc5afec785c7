import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeEach, describe, expect, it } from 'vitest'
import { findBackbones } from '../../../src/backbone/find.ts'
import { probe } from '../../../src/engine/probe.ts'
import { RowFile } from '../../../src/features/rowFile.ts'
import { isDrawn, sharesOf } from '../../../src/jobs/features/drawn.ts'
import { FeaturesPlace } from '../../../src/jobs/features/readFeatures.ts'
import { resolveTrainOptions } from '../../../src/jobs/train/options.ts'
import { storedRows } from '../../../src/jobs/train/storedRows.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { run } from '../../helpers/runCli.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../../helpers/tinyFolder.ts'

let root: string
let labelled: string
let features: string
let network: string
let training: string[]

beforeEach(async () => {
  root = await tempFolder()
  labelled = join(root, 'labelled')
  features = join(root, 'features')
  await tinyPictures(labelled, 8)
  await fs.outputFile(join(labelled, 'red/broken.png'), 'no picture')
  network = await tinyNetwork(root)
  training = tinyTraining(network)
})

const NETWORK = ['--bottleneck', 'features', '--input-size', '32']
const compute = (...flags: string[]) =>
  run(['features', join(root, 'tf_files'), labelled, features, '--backbone', network, ...NETWORK, ...flags])

/** The head as it is on the disk. */
async function headOf(tfFiles: string): Promise<Buffer> {
  const manifest = JSON.parse(await readFile(layoutOf(tfFiles).manifest, 'utf8'))
  return readFile(join(layoutOf(tfFiles).model, manifest.head.file))
}

async function trainOnFeatures(...flags: string[]): Promise<string> {
  const tfFiles = join(root, 'tf_files')
  const { code, err } = await run(['train', tfFiles, '--features', features, ...training, ...flags])
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  return tfFiles
}

describe('itc features, and itc train --features', () => {
  it('gives the same head, to the byte, as training on the folder', async () => {
    expect((await compute()).code).toBe(0)
    const local = join(root, 'local')
    await fs.copy(labelled, join(local, 'data'))
    expect((await run(['train', local, ...training])).code).toBe(0)
    expect((await headOf(await trainOnFeatures())).equals(await headOf(local))).toBe(true)
  })

  it('names pictures with what came of it, when the pictures are gone', async () => {
    await compute()
    await fs.move(labelled, join(root, 'elsewhere'))
    const { code, out } = await run(['guess', await trainOnFeatures(), join(root, 'elsewhere/red/0.png'), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out).pictures[0].scores).toHaveLength(2)
  })

  it('writes parts that a local cache takes: training there computes nothing', async () => {
    await compute()
    const local = join(root, 'local')
    await fs.copy(labelled, join(local, 'data'))
    await fs.copy(join(features, 'parts'), join(layoutOf(local).bottlenecks, 'parts'))
    const parts = join(layoutOf(local).bottlenecks, 'parts')
    const copied = await readdir(parts)
    expect((await run(['train', local, ...training])).code).toBe(0)
    const added = (await readdir(parts)).filter(name => !copied.includes(name))
    for (const name of added) expect(await readFile(join(parts, name), 'latin1')).toContain('"kind":"quality"')
  })

  it('does nothing twice, and shares the work', async () => {
    const first = JSON.parse((await compute('--json', '--shard', '0/2')).out)
    const second = JSON.parse((await compute('--json', '--shard', '1/2')).out)
    expect(first.computed + second.computed).toBe(16)
    expect(first.failed + second.failed).toBe(1)
    const names = await readdir(features, { recursive: true })
    expect(JSON.parse((await compute('--json')).out)).toMatchObject({ computed: 0, before: 17 })
    expect(await readdir(features, { recursive: true })).toEqual(names)
  })

  it('goes on behind a process that could read another picture of the batch, and died before it was done', async () => {
    const broken = join(labelled, 'red/broken.png')
    const { mtime, size } = await fs.stat(broken)
    const sound = await readFile(join(labelled, 'red/0.png'))
    // The one reads a sound picture and the other a broken one where both were told of the same size and time.
    const holding = async (bytes: Buffer) => {
      await fs.writeFile(broken, Buffer.concat([bytes, Buffer.alloc(sound.length)]).subarray(0, sound.length))
      await fs.utimes(broken, mtime, mtime)
    }
    expect(size).toBeLessThan(sound.length)
    await holding(sound)
    await compute()
    await fs.remove(join(features, 'index'))
    await holding(Buffer.from('no picture'))
    expect(JSON.parse((await compute('--json')).out)).toMatchObject({ computed: 16, failed: 1, before: 0 })
    expect(await readdir(join(features, 'parts'))).toHaveLength(2)
    const manifest = await fs.readJson(layoutOf(await trainOnFeatures()).manifest)
    expect(manifest.counts.train + manifest.counts.validation + manifest.counts.test).toBe(16)
  })

  it('removes what killed writers of vectors left a day ago', async () => {
    await compute()
    const [old, fresh] = ['1', '2'].map(end =>
      join(features, 'parts', `.${'a'.repeat(50)}.${'b'.repeat(11)}${end}.tmp`),
    )
    for (const path of [old!, fresh!]) await fs.outputFile(path, 'half a part')
    const then = new Date(Date.now() - 2 * 86_400_000)
    await fs.utimes(old!, then, then)
    await compute()
    expect(await Promise.all([old!, fresh!].map(path => fs.pathExists(path)))).toEqual([false, true])
  })

  it('refuses features of another network, and what needs the pictures', async () => {
    await compute()
    const other = await run(['train', join(root, 'tf_files'), '--features', features])
    expect(other.code).toBe(1)
    expect(other.err).toMatch(/The features in ".*" are not those of .* as it is to be used here/)
    for (const flags of [
      ['--augment', '2'],
      ['--backbone', 'auto'],
      ['--data', labelled],
    ]) {
      const { code, err } = await run(['train', join(root, 'tf_files'), '--features', features, ...flags])
      expect(code).toBe(1)
      expect(err).toContain("can't be given together with --features")
    }
    expect(await fs.pathExists(layoutOf(join(root, 'tf_files')).manifest)).toBe(false)
  })

  it('tells how to train on the networks that were used, named or those of a model', async () => {
    const named = (await compute()).out
    expect(named).toContain(`--features ${features} --backbone ${network} --input-size 32 --bottleneck features`)
    await trainOnFeatures()
    const others = join(root, 'others')
    const { out } = await run(['features', join(root, 'tf_files'), labelled, others])
    expect(out).toMatch(new RegExp(`--features ${others} --backbone FILE\nFILE: \\w+, which the model was trained on`))
  })

  it('of a model on bundled networks, which it uses otherwise than is usual, tells a command that trains', async () => {
    const tfFiles = join(root, 'tf_files')
    await fs.copy(labelled, join(tfFiles, 'data'))
    const flags = ['--layers', 'last', '--input-size', '64', '--resize', 'pad', '--steps', '20', '--folds', '0']
    expect((await run(['train', tfFiles, ...flags])).code).toBe(0)
    const { out } = await run(['features', tfFiles, labelled, features])
    const [, told = ''] = /^To learn from them: itc (.*)$/m.exec(out) ?? []
    expect((await run([...told.split(' '), '--steps', '20', '--folds', '0'])).code).toBe(0)
  })

  it('uses the networks of a model as they are, and refuses what would be another use of them', async () => {
    await compute()
    await trainOnFeatures()
    for (const flags of [
      ['--layers', 'last'],
      ['--input-size', '64'],
    ]) {
      const { code, err } = await run(['features', join(root, 'tf_files'), labelled, join(root, 'others'), ...flags])
      expect(code).toBe(1)
      expect(err).toContain(`${flags[0]} is for a network that is named`)
    }
  })

  it('says which part is damaged, and trains on none of it', async () => {
    await compute()
    const [name] = await readdir(join(features, 'parts'))
    const bytes = await readFile(join(features, 'parts', name!))
    bytes[bytes.length >> 1]! ^= 1
    await fs.writeFile(join(features, 'parts', name!), bytes)
    const { code, err } = await run(['train', join(root, 'tf_files'), '--features', features, ...training])
    expect(code).toBe(1)
    expect(err).toContain(`The part parts/${name} of`)
  })

  it('of more pictures than fit, all but those that judge go into a file, each with its label and its own numbers', async () => {
    await compute('--json', '--shard', '0/2')
    await compute('--json', '--shard', '1/2')
    const [backbone] = await findBackbones(network, { probe, bottleneck: 'features', inputSize: 32, layers: 'last' })
    const place = await FeaturesPlace.open(features)
    const all = await place.read([backbone!], 1000)
    const extraction = await place.read([backbone!], 8)
    expect(extraction.hashes.length).toBeLessThan(all.hashes.length)
    const splits = extraction.hashes.map((_, row) => (['test', 'validation', 'train'] as const)[row % 3]!)
    const setApart = all.hashes.find(hash => !extraction.hashes.includes(hash))!
    const files: RowFile[] = []
    const rowFile = async (width: number) => {
      files.push(await RowFile.create(root, width))
      return files.at(-1)!
    }
    const run = { features: place, rowFile, options: resolveTrainOptions({ head: 'softmax' }) }
    const rows = await storedRows({ backbones: [backbone!], extraction }, splits, new Set([setApart]), run, undefined)
    const held = new Set([setApart, ...extraction.hashes.filter((_, row) => splits[row] !== 'train')])
    expect(rows!.rows).toBe(all.hashes.length - held.size)
    const { width, values } = all.matrix
    const rowsOf = (from: Float32Array, labels: readonly string[]) =>
      labels.map((label, row) => `${label} ${from.subarray(row * width, (row + 1) * width).join(' ')}`)
    const labels = all.pictures.map(({ label }) => label)
    const read = await rows!.read(Int32Array.from(rows!.labels.keys()))
    const { categories } = place.dataset
    expect(
      rowsOf(
        read,
        [...rows!.labels].map(label => categories[label]!),
      ).sort(),
    ).toEqual(
      rowsOf(values, labels)
        .filter((_, row) => !held.has(all.hashes[row]!))
        .sort(),
    )
    await files[0]!.close()
    expect(await storedRows({ backbones: [backbone!], extraction: all }, [], new Set(), run, undefined)).toBeUndefined()
  })

  it('refuses a source without categories, and one in which the features would lie', async () => {
    await fs.move(join(labelled, 'red'), join(root, 'flat'))
    expect((await run(['features', root, join(root, 'flat'), features])).err).toContain('no category folders')
    const list = join(root, 'list.txt')
    await fs.writeFile(list, 'http://127.0.0.1:1/red/1.png\n')
    expect((await run(['features', root, list, features])).err).toMatch(/no category folders.*\n.*addresses has none/)
    expect((await run(['features', root, labelled, join(labelled, 'f')])).err).toContain('would lie among')
    expect(await fs.pathExists(features)).toBe(false)
  })
})

describe('what is drawn of more pictures than fit', () => {
  it('is all of small categories and the same share of the large ones', () => {
    const counts = new Map([
      ['rare', 10],
      ['usual', 1000],
      ['common', 100_000],
    ])
    expect(sharesOf(counts, 2000)).toEqual(
      new Map([
        ['rare', 1],
        ['usual', 0.995],
        ['common', 0.00995],
      ]),
    )
    expect([...sharesOf(counts, 1e6).values()]).toEqual([1, 1, 1])
  })

  it('is decided by the hash alone', () => {
    expect(isDrawn('0'.repeat(64), 0.001)).toBe(true)
    expect(isDrawn('f'.repeat(64), 0.999)).toBe(false)
    expect(isDrawn('7f'.padEnd(64, 'f'), 0.5)).toBe(true)
    expect(isDrawn('f'.repeat(64), 1)).toBe(true)
  })
})
