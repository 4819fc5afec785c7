import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { outputFile } from 'fs-extra/esm'
import { beforeEach, describe, expect, test } from 'vitest'
import { findRoot } from '../../src/dataset/root.ts'
import { scanCategories, scanDataset } from '../../src/dataset/scan.ts'
import { findWorkingFolder } from '../../src/dataset/workingFolder.ts'
import { ownFolder } from '../../src/studio/server/ownFolder.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const windows = process.platform === 'win32'

let home: string
beforeEach(async () => {
  home = await tempFolder()
})
const put = async (...files: string[]) => {
  for (const file of files) await outputFile(join(home, file), 'x')
}
/** What is meant by a folder of `home`: where the model goes, and where the categories lie. */
const meant = async (given: string) => {
  const { root, data } = await findWorkingFolder(join(home, given))
  return [root, data].map(path => path.slice(home.length + 1))
}

describe('a folder is taken for', () => {
  test('a working folder, where it holds data', async () => {
    await put('tf/data/cat/1.jpg', 'tf/other/1.jpg', 'tf/more/1.jpg')
    expect(await meant('tf')).toEqual(['tf', 'tf/data'])
    expect(await meant('not there')).toEqual(['not there', 'not there/data'])
  })

  test('category folders, whose model goes into tf_files among them, also the next time', async () => {
    await put('flowers/rose/1.jpg', 'flowers/tulip/1.jpg', 'flowers/LICENSE.txt')
    expect(await meant('flowers')).toEqual(['flowers/tf_files', 'flowers'])
    await put('flowers/tf_files/bottlenecks/files.arrow', 'flowers/tf_files/report.html')
    expect(await meant('flowers')).toEqual(['flowers/tf_files', 'flowers'])
    expect(await meant('flowers/tf_files')).toEqual(['flowers/tf_files', 'flowers'])
    expect((await scanDataset(join(home, 'flowers'))).categories).toEqual(['rose', 'tulip'])
  })

  test('category folders a folder deeper, and a set that is split', async () => {
    await put('download/flower_photos/rose/1.jpg', 'download/flower_photos/tulip/1.jpg')
    expect(await meant('download')).toEqual(['download/tf_files', 'download'])
    await put('set/train/a/1.png', 'set/train/b/1.png', 'set/test/a/1.png', 'set/test/b/1.png')
    expect(await meant('set')).toEqual(['set/tf_files', 'set'])
  })

  test('the data of a working folder: of a known one, or of one that holds nothing else', async () => {
    await put('tf/data/cat/1.jpg', 'tf/data/dog/1.jpg')
    expect(await meant('tf/data')).toEqual(['tf', 'tf/data'])
    await put('tf/notes/x.txt')
    expect(await meant('tf/data')).toEqual(['tf/data/tf_files', 'tf/data'])
    await put('tf/model/manifest.json')
    expect(await meant('tf/data')).toEqual(['tf', 'tf/data'])
  })

  test('a working folder by the folder above it', async () => {
    await put('project/tf/data/cat/1.jpg')
    expect(await meant('project')).toEqual(['project/tf', 'project/tf/data'])
    await put('project/tf/model/manifest.json')
    expect(await findRoot(join(home, 'project'))).toBe(join(home, 'project/tf'))
    expect(await meant('project')).toEqual(['project/tf', 'project/tf/data'])
    await put('more/tf_files/data/cat/1.jpg', 'more/src/x.js')
    expect(await meant('more')).toEqual(['more/tf_files', 'more/tf_files/data'])
  })

  test('tf_files that holds the categories themselves, or a folder of them', async () => {
    await put('tf_files/flower_photos/rose/1.jpg', 'tf_files/flower_photos/tulip/1.jpg')
    expect(await meant('tf_files')).toEqual(['tf_files', 'tf_files'])
    await put('tf_files/model/manifest.json', 'tf_files/bottlenecks/parts/1.arrow', 'tf_files/retrained_graph.pb')
    expect(await meant('tf_files')).toEqual(['tf_files', 'tf_files'])
    const { categories, skipped } = await scanDataset(join(home, 'tf_files'))
    expect([categories, skipped]).toEqual([['rose', 'tulip'], []])
  })

  test('no category folders where most of its folders hold no pictures', async () => {
    await put('code/src/a.js', 'code/docs/a.png', 'code/test/a.js', 'code/bin/a.js', 'code/page/b.png')
    expect(await meant('code')).toEqual(['code', 'code/data'])
  })
})

describe('a folder that may mean several things is refused, and the sentence names the one to give', () => {
  const refused = (given: string) => findWorkingFolder(join(home, given))

  test('several working folders', async () => {
    await put('all/a/data/cat/1.jpg', 'all/b/data/cat/1.jpg')
    await expect(refused('all')).rejects.toMatchObject({
      code: 'E_NO_DATA',
      hint: `Give one of them: ${join(home, 'all/a')} and ${join(home, 'all/b')}.`,
    })
  })

  test('a working folder beside other pictures', async () => {
    await put('all/tf/data/cat/1.jpg', 'all/photos/1.jpg')
    await expect(refused('all')).rejects.toMatchObject({
      code: 'E_NO_DATA',
      hint: expect.stringContaining(join(home, 'all/tf')),
    })
    await put('set/tf_files/data/cat/1.jpg', 'set/rose/1.jpg', 'set/tulip/1.jpg')
    await expect(refused('set')).rejects.toMatchObject({ hint: expect.stringContaining(join(home, 'set/tf_files')) })
  })

  test('one category, given itself', async () => {
    await put('flowers/rose/1.jpg', 'flowers/tulip/1.jpg', 'tf/data/cat/1.jpg', 'tf/data/dog/1.jpg')
    await expect(refused('flowers/rose')).rejects.toMatchObject({
      code: 'E_NO_CATEGORIES',
      hint: expect.stringContaining(`all lie in: ${join(home, 'flowers')}`),
    })
    await expect(refused('tf/data/cat')).rejects.toMatchObject({
      hint: expect.stringMatching(/all lie in: .*tf$/),
    })
  })

  test('loose pictures', async () => {
    await put('loose/1.jpg', 'loose/2.HEIC')
    await expect(refused('loose')).rejects.toMatchObject({
      code: 'E_NO_CATEGORIES',
      message: `2 pictures in "${join(home, 'loose')}" lie in no category folder.`,
      hint: expect.stringContaining('one folder a category'),
    })
  })

  test('a category that is called as what itc writes beside it', async () => {
    await put('tf_files/model/1.jpg', 'tf_files/car/1.jpg')
    await expect(refused('tf_files')).rejects.toMatchObject({ code: 'E_BAD_NAME' })
    await put('fashion/model/1.jpg', 'fashion/car/1.jpg')
    expect(await meant('fashion')).toEqual(['fashion/tf_files', 'fashion'])
  })
})

test('studio, which moves pictures in data, is not opened on category folders themselves', async () => {
  await put('flowers/rose/1.jpg', 'flowers/tulip/1.jpg', 'tf/data/cat/1.jpg', 'tf/data/dog/1.jpg')
  await expect(ownFolder(join(home, 'flowers'))).rejects.toMatchObject({ code: 'E_NO_DATA' })
  expect(await ownFolder(join(home, 'tf/data'))).toBe(join(home, 'tf'))
  expect(await ownFolder(join(home, 'new'))).toBe(join(home, 'new'))
})

describe('pictures of several folders', () => {
  test('are one set; what is called the same is one category', async () => {
    await put('a/rose/1.jpg', 'a/tulip/1.jpg', 'b/deep/rose/1.jpg', 'b/deep/fern/1.jpg', 'b/deep/fern/notes.txt')
    const folders = [join(home, 'a'), join(home, 'b/deep'), join(home, 'a')]
    const { folder, categories, pictures, skipped } = await scanDataset(folders, { isElsewhere: true })
    expect(folder).toBe(home)
    expect(categories).toEqual(['fern', 'rose', 'tulip'])
    expect(pictures.map(({ relative }) => relative)).toEqual([
      'b/deep/fern/1.jpg',
      'a/rose/1.jpg',
      'b/deep/rose/1.jpg',
      'a/tulip/1.jpg',
    ])
    for (const { path, relative } of pictures) expect(path).toBe(join(folder, relative))
    expect(new Set(pictures.map(({ cachedAs }) => cachedAs)).size).toBe(4)
    expect(skipped).toEqual([{ relative: 'b/deep/fern/notes.txt', reason: 'not a picture by its ending' }])
  })
})

describe.skipIf(windows)('links to folders', () => {
  beforeEach(async () => {
    await put('store/star/1.jpg', 'store/more/2.jpg', 'data/disc/1.jpg', 'data/square/1.jpg')
    await symlink(join(home, 'store/star'), join(home, 'data/star'))
    await symlink(join(home, 'store/more'), join(home, 'data/disc/more'))
  })
  const scanned = async (followLinks: boolean) => scanCategories(join(home, 'data'), { followLinks })

  test('are categories and parts of them when followed, else left out and said', async () => {
    const { categories, skipped } = await scanned(false)
    expect(categories).toEqual(['disc', 'square'])
    expect(skipped.map(({ relative }) => relative)).toEqual(['disc/more', 'star'])
    const followed = await scanned(true)
    expect(followed.categories).toEqual(['disc', 'square', 'star'])
    expect(followed.pictures.map(({ relative }) => relative)).toEqual([
      'disc/1.jpg',
      'disc/more/2.jpg',
      'square/1.jpg',
      'star/1.jpg',
    ])
    expect(followed.skipped).toEqual([])
  })

  test('that lead back end somewhere', async () => {
    await symlink(join(home, 'data/disc'), join(home, 'store/star/back'))
    await symlink(join(home, 'data/star'), join(home, 'store/more/there'))
    const { pictures, skipped } = await scanned(true)
    expect(pictures.length).toBeLessThan(20)
    expect(skipped.every(({ reason }) => reason === 'a link to a folder that it lies in')).toBe(true)
    expect(skipped.length).toBeGreaterThan(0)
  })

  test('are found as categories given themselves, and the way to follow them is said', async () => {
    await mkdir(join(home, 'links'))
    for (const name of ['disc', 'square']) await symlink(join(home, 'data', name), join(home, 'links', name))
    expect(await meant('links')).toEqual(['links/tf_files', 'links'])
    await expect(scanDataset(join(home, 'links'))).rejects.toMatchObject({
      code: 'E_NO_CATEGORIES',
      hint: expect.stringContaining('--follow-links follows them'),
    })
    expect((await scanDataset(join(home, 'links'), { followLinks: true })).categories).toEqual(['disc', 'square'])
  })
})
