import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parseTfjsModel } from '../../src/formats/tfjs/read.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const CASES = fileURLToPath(new URL('../cases/', import.meta.url))
const OTHERS = [undefined, null, {}, [], '../../x\u001b[2J', 1e300, '__proto__', -1]
/** All of them in the slow tests, else every third. */
const EVERY = process.env.ITC_ALL_MUTATIONS ? 1 : 3
/** Of a list the first ones stand for all. */
const OF_A_LIST = 3

type Json = { [key: string]: Json }

/** The places of all values, each as the keys that lead to it. */
function placesIn(value: unknown, way: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...way]]
  const keys = Array.isArray(value) ? Object.keys(value).slice(0, OF_A_LIST) : Object.keys(value)
  const inner = keys.flatMap(key => placesIn((value as Json)[key], [...way, key]))
  return way.length === 0 ? inner : [[...way], ...inner]
}

function mutated(text: string, place: readonly string[], other: unknown): string {
  const json = JSON.parse(text) as Json
  const holder = place.slice(0, -1).reduce((at, key) => at[key]!, json)
  holder[place.at(-1)!] = other as Json
  return JSON.stringify(json)
}

/** What a model whose values are replaced, one at a time, comes to. */
async function endsOf(folder: string): Promise<string[]> {
  const load = (name: string) => readFile(join(folder, name))
  const text = (await load('model.json')).toString()
  const ends = new Set<string>()
  for (const [at, place] of placesIn(JSON.parse(text)).entries()) {
    for (const other of OTHERS.filter((_, turn) => (at + turn) % EVERY === 0)) {
      ends.add(
        await parseTfjsModel(mutated(text, place, other), load).then(
          () => 'read',
          error => (error.name === 'UserError' ? 'refused' : `${place.join('.')}: ${error.stack}`),
        ),
      )
    }
  }
  return [...ends].sort()
}

it('each value of a model.json replaced by others is read, or refused with a sentence', async () => {
  const { tfFiles } = await tinyModel()
  const exported = join(await tempFolder(), 'exported')
  expect((await run(['export', tfFiles, '--format', 'tfjs', '--to', exported])).code).toBe(0)
  expect(await endsOf(exported)).toEqual(['read', 'refused'])
})

it.each(['tfjs-layers', 'teachable-machine'])('the same of a model of layers: %s', async name => {
  expect(await endsOf(join(CASES, name))).toEqual(['read', 'refused'])
})

it('says what is wrong, and where', async () => {
  const folder = join(CASES, 'tfjs-layers')
  const text = (await readFile(join(folder, 'model.json'))).toString()
  const load = (name: string) => readFile(join(folder, name))
  const wrong = mutated(text, ['weightsManifest', '0', 'weights', '0', 'shape'], ['a\u001b[2J'])
  await expect(parseTfjsModel(wrong, load)).rejects.toThrow('weightsManifest.0.weights.0.shape.0 is no number')
})
