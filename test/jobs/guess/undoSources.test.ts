import { appendFile, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { thisProcess } from '../../../src/disk/holder.ts'
import { draftFor } from '../../../src/disk/transfer.ts'
import { guessDir } from '../../../src/jobs/guess/guessDir.ts'
import { undoGuessDir } from '../../../src/jobs/guess/undo.ts'
import { contents, makeFolders, textModel, writeFiles } from '../../helpers/guessDirFixture.ts'

/** Two cards of two cameras, which number their pictures alike. */
const CARD = (card: string) => ({ '1.jpg': `cat 0.9 ${card}`, '2.jpg': `dog 0.8 ${card}`, '3.jpg': `cat 0.7 ${card}` })

let root: string
let [one, two, out] = ['', '', '']
beforeEach(async () => {
  root = (await makeFolders({})).root
  ;[one, two, out] = ['CAM01', 'CAM02', 'out'].map(name => join(root, name)) as [string, string, string]
  await writeFiles(one, CARD('one'))
  await writeFiles(two, CARD('two'))
})

const move = (source: string) => guessDir(textModel, source, out, { move: true })
const copy = (source: string) => guessDir(textModel, source, out)
const table = () => readFile(join(out, 'results.csv'), 'utf8')

describe('undo belongs to its source', () => {
  test('pictures of two sources with equal names go back to their own', async () => {
    await move(one)
    await move(two)
    expect(await undoGuessDir(one, out)).toMatchObject({ restored: 3, failed: [], others: 3 })
    expect(await contents(one)).toEqual(CARD('one'))
    expect(await contents(two)).toEqual({})
    expect(await undoGuessDir(two, out)).toMatchObject({ restored: 3, failed: [], others: 0 })
    expect(await contents(two)).toEqual(CARD('two'))
    expect(await contents(out)).toEqual({})
  })

  test('copies of another source are not put where they never were', async () => {
    await rm(join(one, '3.jpg'))
    await copy(one)
    await copy(two)
    expect(await undoGuessDir(one, out)).toMatchObject({ removed: 2, restored: 0, failed: [] })
    expect(Object.keys(await contents(one))).toEqual(['1.jpg', '2.jpg'])
    expect(Object.keys(await contents(out))).toHaveLength(4)
  })

  test('a folder inside the source, or around it, is another one, and the table stays', async () => {
    const cards = join(root, 'cards')
    await mkdir(cards)
    await rename(one, join(cards, 'CAM01'))
    await move(cards)
    const before = await contents(out)
    for (const source of [join(cards, 'CAM01'), root]) {
      const refusal = await undoGuessDir(source, source === root ? join(root, 'out') : out).catch(error => error)
      expect(['E_OTHER_SOURCE', 'E_DESTINATION_INSIDE']).toContain(refusal.code)
    }
    expect(await contents(out)).toEqual(before)
    expect(await contents(cards)).toEqual({})
    expect(await undoGuessDir(cards, out)).toMatchObject({ restored: 3 })
  })

  test('results.csv tells them apart', async () => {
    await copy(one)
    await copy(two)
    const first = (await table()).split('\n').map(line => line.split(',')[0])
    expect(new Set(first).size).toBe(first.length)
    expect(await copy(one)).toMatchObject({ named: 0, before: 6 })
  })

  test('a picture that was changed since stays, and so does its row', async () => {
    await move(one)
    await appendFile(join(out, 'cat-0.90000.jpg'), ', cropped')
    expect(await undoGuessDir(one, out)).toMatchObject({
      restored: 2,
      failed: [{ original: '1.jpg', reason: 'it was changed since; it stays as "cat-0.90000.jpg"' }],
    })
    expect(await table()).toMatch(/\ncat-0\.90000\.jpg,1\.jpg,.*\n$/)
  })

  test('a table of which nothing could be taken back stays', async () => {
    await move(one)
    for (const name of Object.keys(await contents(out))) if (name !== 'results.csv') await rm(join(out, name))
    const before = await table()
    expect(await undoGuessDir(one, out)).toMatchObject({ restored: 0, removed: 0, failed: { length: 3 } })
    expect(await table()).toBe(before)
  })

  test.each([
    ['without its last line end', (text: string) => text.trimEnd()],
    ['with CRLF and empty rows', (text: string) => `${text.replaceAll('\n', '\r\n')},,,,,,,,\r\n\r\n`],
  ])('a table that another program saved %s loses no row', async (_, change) => {
    await move(one)
    await writeFile(join(out, 'results.csv'), change(await table()))
    await move(two)
    expect(await undoGuessDir(one, out)).toMatchObject({ restored: 3, failed: [], others: 3 })
    expect(await contents(one)).toEqual(CARD('one'))
    expect(await undoGuessDir(two, out)).toMatchObject({ restored: 3, failed: [], others: 0 })
  })

  test.each([
    ['with a quotation mark left open', (text: string) => text.replace('\ncat', '\n"cat')],
    ['with semicolons', (text: string) => text.replaceAll(',', ';')],
    ['in another encoding', (text: string) => Buffer.from(text.replace('1.jpg', 'ü.jpg').slice(1), 'latin1')],
  ])('a table that another program saved %s is refused and stays', async (_, change) => {
    await move(one)
    await writeFile(join(out, 'results.csv'), change(await table()))
    const before = await contents(out)
    const refusal = { code: 'E_RESULTS', hint: expect.stringContaining('save it there again as CSV in UTF-8') }
    await expect(undoGuessDir(one, out)).rejects.toMatchObject(refusal)
    await expect(move(two)).rejects.toMatchObject(refusal)
    expect(await contents(out)).toEqual(before)
  })

  test('a source that was renamed is told by its old path', async () => {
    await move(one)
    await rename(one, join(root, 'renamed'))
    await expect(undoGuessDir(join(root, 'renamed'), out)).rejects.toMatchObject({ code: 'E_OTHER_SOURCE' })
    expect(await undoGuessDir(join(root, 'renamed'), out, { from: one })).toMatchObject({ restored: 3 })
  })

  test('links at either end are not followed', async () => {
    await move(one)
    await rename(join(out, 'cat-0.90000.jpg'), join(root, 'elsewhere.jpg'))
    await symlink(join(root, 'elsewhere.jpg'), join(out, 'cat-0.90000.jpg'))
    await symlink(join(root, 'nowhere'), join(one, '2.jpg'))
    const { restored, failed } = await undoGuessDir(one, out)
    expect(restored).toBe(1)
    expect(failed.map(({ original }) => original).sort()).toEqual(['1.jpg', '2.jpg'])
    expect(await readFile(join(root, 'elsewhere.jpg'), 'utf8')).toBe('cat 0.9 one')
  })

  test('a link in the place of results.csv or of unsure/ is refused', async () => {
    await mkdir(out)
    await symlink(two, join(out, 'unsure'))
    const unsure = guessDir(textModel, one, out, { unsure: 0.85 })
    await expect(unsure).rejects.toMatchObject({ code: 'E_NOT_A_FOLDER' })
    await writeFile(join(root, 'table.csv'), '')
    await symlink(join(root, 'table.csv'), join(out, 'results.csv'))
    await expect(copy(one)).rejects.toMatchObject({ code: 'E_RESULTS' })
  })

  test('the lock of an undo that was killed after all else goes with the next', async () => {
    await mkdir(out)
    const dead = { ...(await thisProcess()), pid: 2 ** 22 + 1 }
    await writeFile(join(out, '.itc-guess-dir.lock'), JSON.stringify(dead))
    await expect(undoGuessDir(one, out)).rejects.toMatchObject({ code: 'E_NO_RESULTS' })
    expect(await contents(out)).toEqual({})
  })

  test('drafts of killed runs are cleaned at both ends', async () => {
    await move(one)
    const draft = draftFor(join(await realpath(out), 'cat-0.90000.jpg'), join(one, '1.jpg'))
    const other = draftFor(join(two, '1.jpg'), join(one, '1.jpg')) // of an undo that may be at work
    await writeFiles(one, { '.itc-mine.tmp': 'mine', [basename(other)]: 'half' })
    await writeFile(draft, 'half a pic')
    await writeFiles(out, { '.itc-0123456789abcdef.tmp': 'half a pic' })
    await undoGuessDir(one, out)
    expect(await contents(one)).toEqual({ ...CARD('one'), '.itc-mine.tmp': 'mine', [basename(other)]: 'half' })
    expect(await contents(out)).toEqual({})
  })
})

describe('a table of version 1', () => {
  const OLD = [
    'original,name,label,unsure,cat,dog,error',
    '1.jpg,cat-0.90000.jpg,cat,,0.90000,0.10000,',
    '"\'=1;\'-2.jpg",dog-0.80000.jpg,dog,,0.20000,0.80000,',
    '',
  ].join('\n')
  beforeEach(async () => {
    await rm(one, { recursive: true })
    await writeFiles(one, { '3.jpg': 'cat 0.7 one' })
    await writeFiles(out, { 'results.csv': OLD, 'cat-0.90000.jpg': 'cat 0.9 one', 'dog-0.80000.jpg': 'dog 0.8 one' })
  })

  test('is gone on with, and is one of today then', async () => {
    expect(await move(one)).toMatchObject({ named: 1, before: 2 })
    expect((await table()).split('\n').slice(1)).toEqual([
      'cat-0.90000.jpg,1.jpg,,,cat,,0.90000,0.10000,',
      expect.stringMatching(/^dog-0\.80000\.jpg,"'=1;''-2\.jpg",,,dog,,0\.20000,0\.80000,$/),
      expect.stringMatching(/^cat-0\.70000\.jpg,3\.jpg,.*CAM01,[0-9a-f]{64},cat,/),
      '',
    ])
    expect(await undoGuessDir(one, out)).toMatchObject({ restored: 1, others: 2 })
  })

  test('asks for the source, and is taken back then', async () => {
    await expect(undoGuessDir(one, out)).rejects.toMatchObject({
      code: 'E_OTHER_SOURCE',
      hint: expect.stringContaining(`--from ${one}`),
    })
    await expect(undoGuessDir(one, out, { from: two })).rejects.toMatchObject({ code: 'E_OTHER_SOURCE' })
    expect(await undoGuessDir(one, out, { from: one })).toMatchObject({ restored: 2, failed: [] })
    expect(await contents(one)).toEqual({ '1.jpg': 'cat 0.9 one', "=1;'-2.jpg": 'dog 0.8 one', '3.jpg': 'cat 0.7 one' })
  })
})
