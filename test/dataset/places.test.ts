import { join } from 'node:path'
import { outputFile } from 'fs-extra/esm'
import { beforeEach, describe, expect, test } from 'vitest'
import { splitAsGiven } from '../../src/dataset/givenSplits.ts'
import { scanCategories, scanDataset } from '../../src/dataset/scan.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

let data: string
beforeEach(async () => {
  data = join(await tempFolder(), 'data')
})
const put = async (...files: string[]) => {
  for (const file of files) await outputFile(join(data, file), 'x')
}
const found = async () =>
  (await scanDataset(data)).pictures.map(({ label, relative, split }) => [label, relative, split])

describe('a set that is already split', () => {
  test.each([
    ['train', 'val', 'test'],
    ['train', 'valid', 'test'],
    ['Training', 'Validation', 'Testing'],
    ['training_set', 'dev', 'test set'],
  ])('as %s, %s and %s', async (train, validation, test) => {
    for (const part of [train, validation, test]) await put(`${part}/disc/1.png`, `${part}/square/1.png`)
    expect((await scanDataset(data)).categories).toEqual(['disc', 'square'])
    expect(new Set(await found())).toEqual(
      new Set([
        ['disc', `${train}/disc/1.png`, 'train'],
        ['disc', `${validation}/disc/1.png`, 'validation'],
        ['disc', `${test}/disc/1.png`, 'test'],
        ['square', `${train}/square/1.png`, 'train'],
        ['square', `${validation}/square/1.png`, 'validation'],
        ['square', `${test}/square/1.png`, 'test'],
      ]),
    )
  })

  test('one folder deeper, with a file beside and pictures in no category', async () => {
    await put('README.roboflow.txt', 'set/notes.txt', 'set/test/loose.jpg')
    await put('set/train/disc/1.png', 'set/train/square/1.png', 'set/test/disc/1.png')
    expect(await found()).toEqual([
      ['disc', 'set/test/disc/1.png', 'test'],
      ['disc', 'set/train/disc/1.png', 'train'],
      ['square', 'set/train/square/1.png', 'train'],
    ])
    expect((await scanDataset(data)).skipped.map(({ relative }) => relative)).toEqual([
      'README.roboflow.txt',
      'set/notes.txt',
      'set/test/loose.jpg',
    ])
  })

  test('with other folders beside it, which are said and left out', async () => {
    for (const part of ['train', 'val']) await put(`${part}/disc/1.png`, `${part}/square/1.png`)
    await put('unlabelled/1.png', 'annotations/a.xml')
    const { categories, skipped } = await scanDataset(data)
    expect(categories).toEqual(['disc', 'square'])
    expect(skipped.map(({ relative }) => relative)).toEqual(['annotations', 'unlabelled'])
    expect(skipped[0]!.reason).toContain('already split')
  })

  test('as a contest has it, whose test pictures lie loose', async () => {
    await put('train/cat/1.jpg', 'train/dog/1.jpg', 'test/1.jpg')
    expect((await scanDataset(data)).categories).toEqual(['cat', 'dog'])
    expect(await found()).toContainEqual(['cat', 'train/cat/1.jpg', 'train'])
  })

  test('with the name of the set in each part, and each part in a folder of its own', async () => {
    await put('seg_train/seg_train/sea/1.jpg', 'seg_train/seg_train/street/1.jpg')
    await put('seg_test/seg_test/sea/1.jpg', 'seg_test/seg_test/street/1.jpg', 'seg_pred/seg_pred/1.jpg')
    expect((await scanDataset(data)).categories).toEqual(['sea', 'street'])
    expect(await found()).toContainEqual(['sea', 'seg_test/seg_test/sea/1.jpg', 'test'])
  })

  test.each([
    ['categories of those names that hold pictures', ['train/1.jpg', 'test/1.jpg']],
    ['categories of those names among others', ['train/a/1.jpg', 'test/a/1.jpg', 'bus/a/1.jpg']],
    ['folders that share no category', ['train/steam/1.jpg', 'test/paper/1.jpg']],
    ['nothing to train on', ['val/a/1.jpg', 'test/a/1.jpg']],
  ])('is not seen in %s', async (_, files) => {
    await put(...files)
    expect((await found()).every(([, , split]) => split === undefined)).toBe(true)
  })

  test('is not looked for where every folder is to be a category', async () => {
    await put('train/disc/1.png', 'test/disc/1.png')
    expect((await scanCategories(data, { plain: true })).categories).toEqual(['test', 'train'])
  })
})

describe('categories one folder deeper', () => {
  test('are found, as archives unpack', async () => {
    await put('flower_photos/LICENSE.txt', 'flower_photos/rose/1.jpg', 'flower_photos/tulip/1.jpg', '__MACOSX/x')
    expect((await scanDataset(data)).categories).toEqual(['rose', 'tulip'])
  })

  test('are none where the one folder holds pictures itself', async () => {
    await put('cat/1.jpg', 'cat/black/1.jpg', 'cat/white/1.jpg')
    await expect(scanDataset(data)).rejects.toMatchObject({ code: 'E_ONE_CATEGORY' })
  })
})

describe('splits as given', () => {
  const example = (label: string, hash: string) => ({ label, hash })
  const both = (count: number) =>
    ['a', 'b'].flatMap(label => Array.from({ length: count }, (_, at) => example(label, label + at)))

  test('are kept, and the part that is missing is drawn from those to train on', () => {
    const examples = both(10)
    const given = examples.map((_, at) => (at % 10 < 3 ? 'test' : 'train') as 'test' | 'train')
    const splits = splitAsGiven(examples, given, { validation: 0.1, test: 0.1 }, String)
    for (const [at, split] of splits.entries()) expect(split === 'test').toBe(given[at] === 'test')
    expect(splits.filter(split => split === 'validation')).toHaveLength(2)
  })

  test('need pictures to train on in every category', () => {
    expect(() =>
      splitAsGiven([example('a', '1'), example('b', '2')], ['train', 'test'], { validation: 0, test: 0 }, String),
    ).toThrow('Category "b" has no pictures to train on.')
  })
})
