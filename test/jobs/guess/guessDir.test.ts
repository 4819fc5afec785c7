import { mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Original } from '../../../src/disk/original.ts'
import { guessDir } from '../../../src/jobs/guess/guessDir.ts'
import type { GuessDirEvent, GuessDirOptions, GuessDirResult } from '../../../src/jobs/guess/options.ts'
import { undoGuessDir } from '../../../src/jobs/guess/undo.ts'
import {
  contents,
  type Folders,
  makeFolders,
  textModel,
  textModelOf,
  writeFiles,
} from '../../helpers/guessDirFixture.ts'

let folders: Folders
const FILES = {
  'b.jpg': 'cat 0.9 b',
  'a.jpg': 'cat 0.9 a',
  'nested/deep/c.PNG': 'dog 0.75 c',
  'broken.jpg': 'nothing of the kind',
  '.hidden.jpg': 'cat 0.9',
  'notes.txt': 'about the pictures',
}
beforeEach(async () => {
  folders = await makeFolders(FILES)
})

function run(options: GuessDirOptions = {}): Promise<GuessDirResult> {
  return guessDir(textModel, folders.source, folders.destination, options)
}

const COPIED = { 'cat-0.90000.jpg': 'cat 0.9 a', 'cat-0.90000-2.jpg': 'cat 0.9 b', 'dog-0.75000.PNG': 'dog 0.75 c' }
const RESULTS = [
  '\uFEFFname,original,source,sha256,label,unsure,cat,dog,error',
  'cat-0.90000.jpg,a.jpg,SOURCE,SHA256,cat,,0.90000,0.10000,',
  'cat-0.90000-2.jpg,b.jpg,SOURCE,SHA256,cat,,0.90000,0.10000,',
  ',broken.jpg,SOURCE,,,,,,not a picture',
  'dog-0.75000.PNG,nested/deep/c.PNG,SOURCE,SHA256,dog,,0.25000,0.75000,',
  '',
].join('\n')

describe('guessDir', () => {
  test('copies every picture under its new name and records it', async () => {
    const events: GuessDirEvent[] = []
    const result = await run({ onEvent: event => events.push(event) })
    expect(await contents(folders.destination)).toEqual({ ...COPIED, 'results.csv': RESULTS })
    expect(await contents(folders.source)).toEqual(FILES)
    expect(result).toEqual({
      named: 3,
      before: 0,
      counts: [
        { label: 'cat', count: 2 },
        { label: 'dog', count: 1 },
      ],
      unsure: 0,
      failed: [{ original: 'broken.jpg', reason: 'not a picture' }],
      skipped: [{ original: 'notes.txt', reason: 'not a picture by its ending' }],
      notes: [],
    })
    expect(events.map(event => event.kind)).toEqual(['scanned', 'named', 'named', 'failed', 'named'])
    expect(events.at(-1)).toMatchObject({ done: 4, total: 4, picture: { original: 'nested/deep/c.PNG', score: 0.75 } })
  })

  test('keeps the time of change', async () => {
    await utimes(join(folders.source, 'a.jpg'), 1e9, 1e9)
    await run()
    const { mtimeMs } = await stat(join(folders.destination, 'cat-0.90000.jpg'))
    expect(Math.abs(mtimeMs - 1e12)).toBeLessThan(1e-3) // to a microsecond: Node 24 keeps what is below it too
  })

  test('a second run does nothing twice', async () => {
    await run()
    const result = await run()
    expect(result).toMatchObject({ named: 0, before: 3, failed: [{ original: 'broken.jpg' }] })
    expect(await contents(folders.destination)).toEqual({ ...COPIED, 'results.csv': RESULTS })
  })

  test('a second run takes what is new, mended, taken away or changed', async () => {
    await run()
    await rm(join(folders.destination, 'dog-0.75000.PNG'))
    await writeFiles(folders.source, { 'a0.jpg': 'dog 0.8', 'broken.jpg': 'dog 0.6', 'b.jpg': 'dog 0.9 other' })
    await utimes(join(folders.source, 'b.jpg'), new Date(), new Date(Date.now() + 10_000))
    expect(await run()).toMatchObject({ named: 4, before: 2, failed: [] })
    const { 'results.csv': results, ...copies } = await contents(folders.destination)
    expect(copies).toEqual({
      ...COPIED,
      'dog-0.80000.jpg': 'dog 0.8',
      'dog-0.60000.jpg': 'dog 0.6',
      'dog-0.90000.jpg': 'dog 0.9 other',
    })
    expect(results!.split('\n').map(line => line.split(',').slice(0, 2).join(' '))).toEqual([
      '\uFEFFname original',
      'cat-0.90000.jpg a.jpg',
      'dog-0.80000.jpg a0.jpg',
      'cat-0.90000-2.jpg b.jpg',
      'dog-0.90000.jpg b.jpg',
      'dog-0.60000.jpg broken.jpg',
      'dog-0.75000.PNG nested/deep/c.PNG',
      '',
    ])
  })

  test('a copy edited in its place stays, and the original is copied once more beside it', async () => {
    await run()
    await writeFile(join(folders.destination, 'cat-0.90000.jpg'), 'cat, cropped')
    expect(await run()).toMatchObject({ named: 1, before: 3 })
    const edited = { ...COPIED, 'cat-0.90000.jpg': 'cat, cropped', 'cat-0.90000-3.jpg': 'cat 0.9 a' }
    expect(await contents(folders.destination)).toMatchObject(edited)
    expect(await run()).toMatchObject({ named: 0, before: 4 })
  })

  test('another source with the same names is not taken for the one before', async () => {
    await run()
    const other = join(folders.root, 'other')
    await writeFiles(other, { 'a.jpg': 'dog 0.6 other', 'b.jpg': 'cat 0.9 b' })
    await utimes(join(other, 'a.jpg'), 1e9, 1e9)
    await utimes(join(other, 'b.jpg'), 1e9, 1e9)
    expect(await guessDir(textModel, other, folders.destination)).toMatchObject({ named: 2, before: 3 })
    expect(await contents(folders.destination)).toMatchObject({ ...COPIED, 'dog-0.60000.jpg': 'dog 0.6 other' })
    expect(await run()).toMatchObject({ named: 0, before: 5 })
  })

  test("overwrites nobody's file", async () => {
    await writeFiles(folders.destination, { 'cat-0.90000.jpg': 'mine', 'dog-0.75000.PNG': 'mine too' })
    await run()
    expect(await contents(folders.destination)).toMatchObject({
      'cat-0.90000.jpg': 'mine',
      'cat-0.90000-2.jpg': 'cat 0.9 a',
      'cat-0.90000-3.jpg': 'cat 0.9 b',
      'dog-0.75000.PNG': 'mine too',
      'dog-0.75000-2.PNG': 'dog 0.75 c',
    })
  })

  test('overwrites nothing that appears after a name was given out', async () => {
    const model = {
      ...textModel,
      async *guessAll(sources: readonly (string | Uint8Array)[]) {
        for await (const guess of textModel.guessAll(sources)) {
          yield guess
          await writeFiles(folders.destination, { 'cat-0.90000.jpg': 'mine' })
        }
      },
    }
    await guessDir(model, folders.source, folders.destination)
    const { 'results.csv': results, ...copies } = await contents(folders.destination)
    expect(copies).toEqual({
      'cat-0.90000.jpg': 'mine',
      'cat-0.90000-2.jpg': 'cat 0.9 b',
      'cat-0.90000-3.jpg': 'cat 0.9 a',
      'dog-0.75000.PNG': 'dog 0.75 c',
    })
    expect(results).toContain('cat-0.90000-3.jpg,a.jpg,SOURCE,SHA256,cat')
    expect(results).not.toContain('cat-0.90000.jpg')
  })

  test('lists a picture that vanishes before it is copied', async () => {
    const model = {
      ...textModel,
      async *guessAll(sources: readonly (string | Uint8Array)[]) {
        yield* textModel.guessAll(sources)
        await rm(join(folders.source, 'b.jpg'))
      },
    }
    const result = await guessDir(model, folders.source, folders.destination)
    expect(result.named).toBe(2)
    expect(result.failed).toContainEqual({ original: 'b.jpg', reason: 'vanished meanwhile' })
    expect(await contents(folders.destination)).toMatchObject({
      'results.csv': expect.stringContaining('\n,b.jpg,SOURCE,,,,,,vanished meanwhile\n'),
    })
  })

  test('a picture that vanished and is back in a moment costs that picture alone', async () => {
    const { check } = Original.prototype
    onTestFinished(() => void vi.restoreAllMocks())
    vi.spyOn(Original.prototype, 'check').mockImplementation(async function (this: Original) {
      const away = `${this.path}.away`
      if (!this.path.endsWith('b.jpg')) return check.call(this)
      await rename(this.path, away)
      await check.call(this).finally(() => rename(away, this.path))
    })
    const result = await run({ move: true })
    expect(result).toMatchObject({ named: 2 })
    expect(result.failed).toContainEqual({ original: 'b.jpg', reason: 'vanished meanwhile' })
    expect(Object.keys(await contents(folders.source))).toContain('b.jpg')
  })

  test('a rehearsal writes nothing and says the same', async () => {
    const names: string[] = []
    const onEvent = (event: GuessDirEvent) => void (event.kind === 'named' && names.push(event.picture.name))
    const rehearsed = await run({ dryRun: true, onEvent })
    await expect(stat(folders.destination)).rejects.toThrow('ENOENT')
    const planned = names.splice(0)
    expect(await run({ onEvent })).toEqual(rehearsed)
    expect(names).toEqual(planned)
  })

  test('follows links inside the source and no others', async () => {
    const { source, root } = folders
    await writeFiles(root, { 'outside/x.jpg': 'cat 0.5' })
    await symlink('a.jpg', join(source, 'link.jpg'))
    await symlink(join(root, 'outside', 'x.jpg'), join(source, 'out.jpg'))
    await symlink(join(root, 'outside'), join(source, 'folder'))
    await symlink('..', join(source, 'nested', 'loop'))
    await symlink('nowhere', join(source, 'dangling.jpg'))
    const result = await run()
    expect(result.named).toBe(4)
    expect(await contents(folders.destination)).toMatchObject({ 'cat-0.90000-3.jpg': 'cat 0.9 a' })
    expect(result.failed.map(({ original }) => original)).toEqual(['broken.jpg', 'dangling.jpg'])
    expect(result.skipped.map(({ original }) => original)).toEqual(['folder', 'nested/loop', 'notes.txt', 'out.jpg'])
  })

  test('escapes names that would break the file or run in a spreadsheet', async () => {
    await writeFiles(folders.source, { '=1+1,"x"\n.jpg': 'cat 0.7' })
    await run()
    expect((await contents(folders.destination))['results.csv']).toContain(
      `cat-0.70000.jpg,"'=1+1,""x""\n.jpg",SOURCE,SHA256,cat,,`,
    )
    expect(await run()).toMatchObject({ named: 0, before: 4 })
  })

  test('stops at a signal and goes on from there', async () => {
    const stop = new AbortController()
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`many/${i}.jpg`, `cat 0.${100 + i}`]))
    await writeFiles(folders.source, files)
    const onEvent = (event: GuessDirEvent) => void (event.kind === 'named' && event.done === 40 && stop.abort('enough'))
    await expect(run({ signal: stop.signal, onEvent })).rejects.toBe('enough')
    const first = Object.keys(await contents(folders.destination)).length
    expect(first).toBeGreaterThan(40)
    expect(first).toBeLessThan(302)
    expect(await run()).toMatchObject({ before: expect.any(Number), failed: [{ original: 'broken.jpg' }] })
    const resumed = await contents(folders.destination)
    await rm(folders.destination, { recursive: true })
    await run()
    expect(resumed).toEqual(await contents(folders.destination))
  })
})

describe('guessDir refuses', () => {
  const refused = (source: string, destination: string) =>
    guessDir(textModel, source, destination).catch((error: { code?: string }) => error.code)

  test('a source that is missing, a file or empty', async () => {
    const { root, source, destination } = folders
    expect(await refused(join(root, 'nowhere'), destination)).toBe('E_NO_SOURCE')
    expect(await refused(join(source, 'a.jpg'), destination)).toBe('E_NOT_A_FOLDER')
    await mkdir(join(root, 'empty'))
    expect(await refused(join(root, 'empty'), destination)).toBe('E_NO_PICTURES')
  })

  test('a destination that is the source, inside it or a file, links seen through', async () => {
    const { root, source } = folders
    await symlink(source, join(root, 'alias'))
    for (const inside of [
      source,
      join(source, 'x', 'y'),
      join(root, 'alias'),
      join(root, 'alias', 'new'),
      `${source}/nested`,
    ]) {
      expect(await refused(source, inside)).toBe('E_DESTINATION_INSIDE')
    }
    expect(await refused(source, join(root, 'source2'))).not.toBe('E_DESTINATION_INSIDE')
    await writeFiles(root, { file: '' })
    expect(await refused(source, join(root, 'file'))).toBe('E_NOT_A_FOLDER')
    expect(await refused(source, join(root, 'file', 'x'))).toBe('E_NOT_A_FOLDER')
    expect(await refused(source, '')).toBe('E_BAD_VALUE')
    expect(await contents(source)).toEqual(FILES)
  })

  test("somebody else's results.csv, or one of other categories", async () => {
    const { source, destination } = folders
    for (const [text, code] of [
      ['name,amount\nx,1\n', 'E_RESULTS'],
      ['', 'E_RESULTS'],
      ['original,name,label,unsure,cat,cow,error\n', 'E_OTHER_LABELS'],
      ['original,name,label,unsure,cat,dog,error\n../../x.jpg,a.jpg,cat,,1,0,\n', 'E_RESULTS'],
      ['original,name,label,unsure,cat,dog,error\nx.jpg,../a.jpg,cat,,1,0,\n', 'E_RESULTS'],
      ['original,name,label,unsure,cat,dog,error\nx.jpg,/a.jpg,cat,,1,0,\n', 'E_RESULTS'],
    ] as const) {
      await writeFiles(destination, { 'results.csv': text })
      expect(await refused(source, destination)).toBe(code)
      expect(await contents(destination)).toEqual({ 'results.csv': text })
    }
    await rm(join(destination, 'results.csv'))
    await mkdir(join(destination, 'results.csv'))
    expect(await refused(source, destination)).toBe('E_RESULTS')
  })

  test('a second run at the same time', async () => {
    const both = await Promise.allSettled([run(), run()])
    const refusals = both.flatMap(end => (end.status === 'rejected' ? [end.reason.code] : []))
    expect(refusals).toEqual(['E_BUSY'])
    expect(await contents(folders.destination)).toEqual({ ...COPIED, 'results.csv': RESULTS })
  })
})

function prefixed(prefix: string, files: Record<string, string>) {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [prefix + name, text]))
}

describe('guessDir into folders', () => {
  const SORTED = { 'cat/a.jpg': 'cat 0.9 a', 'cat/b.jpg': 'cat 0.9 b', 'dog/c.PNG': 'dog 0.75 c' }

  test('makes a folder a category with the originals’ names, and goes back', async () => {
    const result = await run({ into: 'folders', move: true })
    const { 'results.csv': table, ...files } = await contents(folders.destination)
    expect(files).toEqual(SORTED)
    expect(table).toContain('\ncat/a.jpg,a.jpg,SOURCE,SHA256,cat,,')
    expect(result).toMatchObject({ named: 3, notes: [] })
    expect(await undoGuessDir(folders.source, folders.destination)).toMatchObject({ restored: 3, failed: [] })
    expect(await contents(folders.source)).toEqual(FILES)
    expect(await contents(folders.destination)).toEqual({})
  })

  test('overwrites nothing: equal names, by any file system’s count, get numbers', async () => {
    await writeFiles(folders.source, { 'deep/a.jpg': 'cat 0.8', 'deeper/A.JPG': 'cat 0.7', 'x:y?.jpg': 'cat 0.6' })
    await writeFiles(folders.destination, { 'cat/b.jpg': 'of somebody' })
    await run({ into: 'folders' })
    const { 'results.csv': _, ...files } = await contents(folders.destination)
    expect(files).toEqual({
      ...SORTED,
      'cat/b.jpg': 'of somebody',
      'cat/b-2.jpg': 'cat 0.9 b',
      'cat/a-2.jpg': 'cat 0.8',
      'cat/A-3.JPG': 'cat 0.7',
      'cat/x_y_.jpg': 'cat 0.6',
    })
  })

  test('goes on, does nothing twice, and tells of what was sorted otherwise', async () => {
    await run({ into: 'folders' })
    await writeFiles(folders.source, { 'new/a.jpg': 'dog 0.8' })
    expect(await run({ into: 'folders' })).toMatchObject({ named: 1, before: 3, notes: [] })
    expect(await contents(folders.destination)).toMatchObject({ ...SORTED, 'dog/a.jpg': 'dog 0.8' })
    expect(await run()).toMatchObject({ named: 0, before: 4, notes: [expect.stringContaining('sorted otherwise')] })
  })

  test('never goes back into the source, that lies in the destination and is called like a category', async () => {
    const cat = join(folders.destination, 'cat')
    await writeFiles(cat, FILES)
    const again = guessDir(textModel, cat, folders.destination, { into: 'folders', move: true })
    await expect(again).rejects.toMatchObject({ code: 'E_DESTINATION_INSIDE' })
    expect(await contents(folders.destination)).toEqual(prefixed('cat/', FILES))
    expect(await guessDir(textModel, cat, folders.destination, { move: true })).toMatchObject({ named: 3 })
  })

  test('what is unsure tells its category by its name, in unsure/', async () => {
    await run({ into: 'folders', unsure: 0.8 })
    const files = Object.keys(await contents(folders.destination))
    expect(files.sort()).toEqual(['cat/a.jpg', 'cat/b.jpg', 'results.csv', 'unsure/dog-0.75000.PNG'])
  })

  test('categories called like what else is there have folders of their own', async () => {
    const { source, destination } = await makeFolders({ 'a.jpg': 'unsure 1', 'b.jpg': 'results.csv 1' })
    const labels = ['unsure', 'results.csv']
    await guessDir(textModelOf(labels), source, destination, { into: 'folders', unsure: 0.5 })
    const files = Object.keys(await contents(destination))
    expect(files.sort()).toEqual(['results.csv', 'results.csv_/b.jpg', 'unsure_/a.jpg'])
  })
})

test('a source without pictures leaves no destination', async () => {
  const { source, destination } = await makeFolders({ 'notes.txt': 'no picture' })
  await expect(guessDir(textModel, source, destination)).rejects.toMatchObject({ code: 'E_NO_PICTURES' })
  await expect(stat(destination)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a category called like a column hides none', async () => {
  const labels = ['label', 'Name', 'label (score)', 'cat']
  const { source, destination } = await makeFolders({ 'a.jpg': 'label 0.9', 'b.jpg': 'Name 0.8' })
  await guessDir(textModelOf(labels), source, destination)
  const [header, ...rows] = (await contents(destination))['results.csv']!.split('\n')
  expect(header).toBe(
    '\uFEFFname,original,source,sha256,label,unsure,label (score),Name (score),label (score) (score),cat,error',
  )
  expect(rows[0]).toMatch(/^label-0.90000.jpg,a.jpg,SOURCE,SHA256,label,,0.90000,/)
  // The table is read again as what it was.
  await writeFiles(source, { 'c.jpg': 'cat 0.7' })
  expect(await guessDir(textModelOf(labels), source, destination)).toMatchObject({ named: 1, before: 2 })
})
