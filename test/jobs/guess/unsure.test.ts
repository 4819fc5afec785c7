import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { chooseUnsure, type GuessDirOptions, guessDir, undoGuessDir } from '../../../src/index.ts'
import { contents, type Folders, makeFolders, textModel, writeFiles } from '../../helpers/guessDirFixture.ts'

let folders: Folders
const FILES = {
  'a.jpg': 'cat 0.9',
  'b.jpg': 'cat 0.6 b',
  'c.jpg': 'dog 0.6',
  'd.jpg': 'cat 0.6 d',
  'e.jpg': 'dog 0.99',
}
beforeEach(async () => {
  folders = await makeFolders(FILES)
})

/** `e.jpg` is unlike anything learnt, however sure its name. */
const model: typeof textModel = {
  ...textModel,
  async *guessAll(sources, options) {
    let at = 0
    for await (const guess of textModel.guessAll(sources, options)) {
      const strange = String(sources[at++]).endsWith('e.jpg')
      yield 'error' in guess ? guess : { ...guess, unfamiliar: strange }
    }
  },
}
const run = (options: GuessDirOptions = {}) => guessDir(model, folders.source, folders.destination, options)

const SORTED = {
  'cat-0.90000.jpg': 'cat 0.9',
  'unsure/cat-0.60000.jpg': 'cat 0.6 b',
  'unsure/cat-0.60000-2.jpg': 'cat 0.6 d',
  'unsure/dog-0.60000.jpg': 'dog 0.6',
  'unsure/dog-0.99000.jpg': 'dog 0.99',
}
const RESULTS = [
  '\uFEFFname,original,source,sha256,label,unsure,cat,dog,error',
  'cat-0.90000.jpg,a.jpg,SOURCE,SHA256,cat,,0.90000,0.10000,',
  'unsure/cat-0.60000.jpg,b.jpg,SOURCE,SHA256,cat,low score,0.60000,0.40000,',
  'unsure/dog-0.60000.jpg,c.jpg,SOURCE,SHA256,dog,low score,0.40000,0.60000,',
  'unsure/cat-0.60000-2.jpg,d.jpg,SOURCE,SHA256,cat,low score,0.60000,0.40000,',
  'unsure/dog-0.99000.jpg,e.jpg,SOURCE,SHA256,dog,unfamiliar,0.01000,0.99000,',
  '',
].join('\n')

describe('unsure', () => {
  test('low scores and strange pictures have a folder of their own, and a reason', async () => {
    expect(await run({ unsure: 0.7 })).toMatchObject({ named: 5, unsure: 4, counts: [{ label: 'cat', count: 1 }] })
    expect(await contents(folders.destination)).toEqual({ ...SORTED, 'results.csv': RESULTS })
  })

  test('without it all stay together, and results.csv tells the strange ones', async () => {
    expect(await run()).toMatchObject({ named: 5, unsure: 0 })
    expect((await readdir(folders.destination)).sort()).toContain('dog-0.99000.jpg')
    expect(await readFile(join(folders.destination, 'results.csv'), 'utf8')).toMatch(/,dog,unfamiliar,0\.01.*\n$/)
  })

  test('a second run does nothing twice, and takes what is new', async () => {
    await run({ unsure: 0.7 })
    expect(await run({ unsure: 0.7 })).toMatchObject({ named: 0, before: 5, unsure: 4 })
    expect(await contents(folders.destination)).toEqual({ ...SORTED, 'results.csv': RESULTS })
    await writeFiles(folders.source, { 'f.jpg': 'dog 0.6 f' })
    await rm(join(folders.destination, 'unsure', 'cat-0.60000.jpg'))
    expect(await run({ unsure: 0.7 })).toMatchObject({ named: 2, before: 4, unsure: 5 })
    expect(await contents(folders.destination)).toMatchObject({ ...SORTED, 'unsure/dog-0.60000-2.jpg': 'dog 0.6 f' })
  })

  test('nothing of somebody else is overwritten, and leftovers of a killed run go', async () => {
    const draft = '.itc-0123456789abcdef.tmp'
    await writeFiles(folders.destination, { 'unsure/cat-0.60000.jpg': 'mine', [`unsure/${draft}`]: 'half a pict' })
    await run({ unsure: 0.7 })
    const there = await contents(folders.destination)
    expect(there).toMatchObject({ 'unsure/cat-0.60000.jpg': 'mine', 'unsure/cat-0.60000-2.jpg': 'cat 0.6 b' })
    expect(there).not.toHaveProperty([`unsure/${draft}`])
  })

  test('moved pictures go back, and the folder goes', async () => {
    await run({ unsure: 0.7, move: true })
    expect(await contents(folders.source)).toEqual({})
    expect(await undoGuessDir(folders.source, folders.destination)).toMatchObject({ restored: 5, failed: [] })
    expect(await contents(folders.source)).toEqual(FILES)
    expect(await readdir(folders.destination)).toEqual([])
  })

  test('copies are taken back; what else is in the folder stays', async () => {
    await run({ unsure: 0.7 })
    await writeFiles(folders.destination, { 'unsure/mine.txt': 'mine' })
    expect(await undoGuessDir(folders.source, folders.destination)).toMatchObject({ removed: 5, failed: [] })
    expect(await contents(folders.destination)).toEqual({ 'unsure/mine.txt': 'mine' })
  })

  test('a dry run says the same', async () => {
    const names: string[] = []
    await run({ unsure: 0.7, dryRun: true, onEvent: event => event.kind === 'named' && names.push(event.picture.name) })
    expect(names.sort()).toEqual(Object.keys(SORTED).sort())
    expect(await readdir(folders.root)).toEqual(['source'])
  })

  test('a file in the folder’s place is an error, and nothing hangs', async () => {
    await writeFiles(folders.destination, { unsure: 'a file' })
    await expect(run({ unsure: 0.7 })).rejects.toMatchObject({ code: 'E_NOT_A_FOLDER' })
  })

  test('never goes into the source itself', async () => {
    await run({ unsure: 0.7 })
    const aside = join(folders.destination, 'unsure')
    const again = guessDir(model, aside, folders.destination, { unsure: 0.7 })
    await expect(again).rejects.toMatchObject({ code: 'E_DESTINATION_INSIDE' })
    expect(await guessDir(model, aside, folders.destination)).toMatchObject({ named: 4 })
  })
})

describe('the threshold', () => {
  const certainty = [
    { threshold: 0, pictures: 200, right: 180 },
    { threshold: 0.6, pictures: 180, right: 172 },
    { threshold: 0.8, pictures: 150, right: 149 },
  ]
  test('is the lowest that gives the precision, with what it costs', () => {
    expect(chooseUnsure({ certainty }, undefined, undefined)).toMatchObject({
      threshold: 0.6,
      measured: { wanted: 0.95, coverage: 0.9, reached: true },
    })
    expect(chooseUnsure({ certainty }, undefined, 0.98)).toMatchObject({ threshold: 0.8 })
    expect(chooseUnsure({ certainty }, undefined, 0.5)).toMatchObject({ threshold: 0, measured: { coverage: 1 } })
    expect(chooseUnsure({ certainty }, undefined, 0.999)).toMatchObject({
      threshold: 0.8,
      measured: { reached: false },
    })
  })

  test('is as given, or 0.5 where nothing was measured', () => {
    expect(chooseUnsure({ certainty }, 0.3, undefined)).toEqual({ threshold: 0.3, given: true })
    expect(chooseUnsure({}, undefined, 0.9)).toEqual({ threshold: 0.5 })
    expect(chooseUnsure({ certainty: [] }, undefined, undefined)).toEqual({ threshold: 0.5 })
  })

  test.each([
    [1.5, undefined],
    [Number.NaN, undefined],
    [undefined, 0],
    [undefined, 1],
    [0.5, 0.9],
  ])('is not %s for a precision of %s', (given, precision) => {
    expect(() => chooseUnsure({ certainty }, given, precision)).toThrow(/Expected/)
  })
})
