import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { UserError } from '../../src/errors.ts'
import { headLogits } from '../../src/head/head.ts'
import { softmaxRows } from '../../src/head/softmax.ts'
import { decodePicture } from '../../src/image/decode.ts'
import { PictureError } from '../../src/image/pictureError.ts'
import type { Recipe } from '../../src/image/recipe.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { type Guess, Model, type PictureSource } from '../../src/model/model.ts'
import { smallNetwork, wave } from '../helpers/networks.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const LABELS = ['a', 'b', 'c']
const FEATURES = 6
const RECIPE: Recipe = { size: 32, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] }
/** From here on threads are worth it. */
const MANY = 150

function backbone(recipe: Recipe = RECIPE): Backbone {
  const network = { format: 'graph', graph: smallNetwork(), input: 'input', bottleneck: 'features' } as const
  return { name: 'small', sha256: '', recipe, features: FEATURES, loadNetwork: async () => network }
}

/** A model of small networks with a head of fixed numbers, and for how many pictures the engine was asked for runners. */
function modelOf(...backbones: Backbone[]) {
  const width = FEATURES * backbones.length
  const head = {
    weights: wave(width * LABELS.length, 3),
    bias: wave(LABELS.length, 7),
    width,
    categories: LABELS.length,
  }
  const asked: number[] = []
  const counting: Engine = {
    ...engine,
    loadBackbone: (network, pictures) => {
      asked.push(pictures ?? 1)
      return engine.loadBackbone(network, pictures)
    },
  }
  const manifest = { labels: LABELS } as unknown as Manifest
  return { head, asked, model: new Model({ manifest, backbones, head, familiarity: undefined }, counting) }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

let engine: Engine
let picture: Buffer
beforeAll(async () => {
  engine = await createOnnxEngine()
  const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, at) => (at * at) % 251))
  picture = await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
    .png()
    .toBuffer()
})

it('a network loads while the first picture is decoded', async () => {
  const { model, asked } = modelOf(backbone())
  const onceItLoads = async () => {
    while (asked.length === 0) await sleep(5)
    return picture
  }
  expect(await model.guess(onceItLoads)).toHaveProperty('scores')
  expect(asked).toEqual([1])
  await model.dispose()
})

it.skipIf(availableParallelism() < 2)('the runner is chosen at every call, and kept', async () => {
  const { model, asked } = modelOf(backbone())
  const first = await model.guess(picture)
  expect(asked).toEqual([1])
  const many = await all(model.guessAll(new Array<PictureSource>(MANY).fill(picture)))
  expect(asked).toEqual([1, MANY])
  expect(many).toEqual(new Array<Guess>(MANY).fill(first))
  await model.guess(picture)
  await model.guess(picture, { pictures: MANY + 1 })
  expect(asked).toEqual([1, MANY])
  await model.dispose()
})

it('a runner that could not be made is tried again at the next call', async () => {
  const network = { format: 'graph', graph: smallNetwork(), input: 'input', bottleneck: 'features' } as const
  let calls = 0
  const loadNetwork = async () => {
    if (calls++ === 0) throw new UserError('E_MODEL_DAMAGED', 'Not now.')
    return network
  }
  const whole = backbone()
  const { model } = modelOf({ ...whole, loadNetwork }, { ...whole })
  await expect(model.guess(picture)).rejects.toThrow('Not now.')
  expect((await model.guess(picture)).scores).toHaveLength(LABELS.length)
  await model.dispose()
})

it('a picture of which a network makes what is no number can not be used', async () => {
  const model = modelOf(backbone(), backbone({ ...RECIPE, scale: [1e-45, 1e-45, 1e-45] })).model
  expect(await all(model.guessAll([picture, picture]))).toMatchObject([
    { error: { name: 'PictureError', reason: 'small makes of it what is no number' } },
    { error: { kind: 'unsupported' } },
  ])
  await model.dispose()
})

describe('joined networks', () => {
  it.each<[what: string, second: Recipe]>([
    ['prepare a picture alike', { ...RECIPE, mean: [127, 127, 127] }],
    ['take other sizes', { ...RECIPE, size: 48 }],
    ['pad with another colour', { ...RECIPE, resize: 'pad', mean: [0, 0, 0] }],
  ])('that %s give what each gives by itself', async (_what, second) => {
    const backbones = [backbone(), backbone(second), backbone({ ...RECIPE, size: 24 })]
    const { model, head } = modelOf(...backbones)
    const singly: number[] = []
    for (const each of backbones) {
      const runner = await engine.loadBackbone(each)
      singly.push(...(await runner.run(await decodePicture(picture, each.recipe), 1)))
      await runner.dispose()
    }
    const [first] = await all(model.bottlenecks([picture, picture, picture]))
    expect([...first!.features]).toEqual([...singly, ...singly, ...singly])
    const scores = softmaxRows(headLogits(head, Float32Array.from(singly)), LABELS.length)
    const { scores: guessed } = await model.guess(picture)
    expect(LABELS.map(label => guessed.find(each => each.label === label)!.score)).toEqual([...scores])
    await model.dispose()
  })
})

describe('a picture', () => {
  it('is a path, bytes, or a call for bytes when its turn comes', async () => {
    const { model } = modelOf(backbone())
    const path = join(await tempFolder(), 'picture.png')
    await writeFile(path, picture)
    const [first, ...others] = await all(model.guessAll([path, picture, () => readFile(path)]))
    expect(others).toEqual([first, first])
    await model.dispose()
  })

  it('is not called for before its turn', async () => {
    const { model } = modelOf(backbone())
    const stop = new AbortController()
    let calls = 0
    const source = async () => {
      if (++calls === 5) stop.abort('enough')
      return picture
    }
    const sources = new Array<PictureSource>(300).fill(source)
    await expect(all(model.guessAll(sources, { signal: stop.signal }))).rejects.toBe('enough')
    expect(calls).toBeLessThan(40)
    await model.dispose()
  })

  it('whose call fails is told as unusable; what is not its fault ends the naming', async () => {
    const { model } = modelOf(backbone())
    const error = new PictureError('unreadable', 'no such object')
    const unusable = async () => {
      throw error
    }
    expect(await all(model.guessAll([unusable, picture]))).toMatchObject([{ error }, { unfamiliar: false }])
    const broken = async () => {
      throw new TypeError('not a function')
    }
    await expect(all(model.guessAll([picture, broken]))).rejects.toThrow(TypeError)
    await model.dispose()
  })
})

it('logits are what the scores are the softmax of, in the order of the labels', async () => {
  const { model } = modelOf(backbone())
  const [found] = await all(model.logits([picture]))
  if (!found || 'error' in found) throw new Error('the picture can be used')
  const scores = softmaxRows(found.logits, LABELS.length)
  const { scores: ranked } = await model.guess(picture)
  expect(ranked).toEqual([...ranked].sort((a, b) => b.score - a.score))
  for (const { label, score } of ranked) expect(score).toBe(scores[LABELS.indexOf(label)])
  await model.dispose()
})

it('names nothing once disposed of, and may be disposed of twice', async () => {
  const { model } = modelOf(backbone())
  await model.guess(picture)
  await model.dispose()
  await model.dispose()
  const refusal = { name: 'UserError', code: 'E_DISPOSED', hint: expect.stringContaining('loadModel') }
  await expect(model.guess(picture)).rejects.toMatchObject(refusal)
  await expect(all(model.guessAll([picture]))).rejects.toMatchObject(refusal)
})
