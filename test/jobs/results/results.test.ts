import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeEach, describe, expect, it } from 'vitest'
import { decodeParquet } from '../../../src/table/parquet.ts'
import { run } from '../../helpers/runCli.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../../helpers/tinyModel.ts'

const { tfFiles } = await tinyModel()
let folder: string
let source: string
let results: string

beforeEach(async () => {
  folder = await tempFolder()
  source = join(folder, 'photos')
  results = join(folder, 'results')
  await manyPictures(tfFiles, source, 12)
  await fs.outputFile(join(source, 'cam1/broken.png'), 'no picture')
  await guessAll()
})

const guessAll = () => run(['guess-all', tfFiles, source, results])

async function itc(...flags: string[]) {
  const { code, out, err } = await run(['results', results, ...flags, '--json'])
  return { code, err, result: out === '' ? undefined : JSON.parse(out) }
}

async function files(place: string): Promise<string[]> {
  const all = await readdir(place, { recursive: true, withFileTypes: true })
  return all
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort()
}

describe('itc results --to', () => {
  it('writes one Parquet file: a row a picture, in the order of the source', async () => {
    const to = join(folder, 'all.parquet')
    const { result } = await itc('--to', to)
    expect(result).toMatchObject({ pictures: 13, couldNotBeNamed: 1 })
    const { rows, columns, metadata } = await decodeParquet(await readFile(to))
    expect(columns.slice(0, 6)).toEqual(['key', 'size', 'etag', 'label', 'score', 'unfamiliar'])
    expect(rows.map(([key]) => key)).toEqual(await files(source))
    expect(metadata.get('itc.source')).toBe(await fs.realpath(source))
    expect(result.counts.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(12)
  })

  it('writes CSV that a spreadsheet opens, formulas guarded', async () => {
    await fs.copy(join(source, 'cam0/00000.png'), join(source, '=1+1.png'))
    await guessAll()
    const to = join(folder, 'all.csv')
    await itc('--to', to)
    const lines = (await readFile(to, 'utf8')).split('\n')
    expect(lines[0]).toBe('\uFEFFkey,size,etag,label,score,unfamiliar,score_green,score_red,error')
    expect(lines).toHaveLength(1 + 14 + 1)
    expect(lines[1]).toMatch(/^'=1\+1\.png,\d+,[\d.]+,(green|red),[01]\.\d{5},(true|false),[01]\.\d{5},[01]\.\d{5},$/)
    expect(lines.find(line => line.startsWith('cam1/broken.png'))).toMatch(/,,,,,,not a picture \(looks like text\)$/)
  })

  it('counts a picture once that was named twice, as it is now', async () => {
    await fs.copy(join(tfFiles, 'data/green/3.png'), join(source, 'cam0/00000.png'), { overwrite: true })
    await utimes(join(source, 'cam0/00000.png'), 5, 5)
    await guessAll()
    expect(await readdir(join(results, 'parts'))).toHaveLength(2)
    const to = join(folder, 'all.parquet')
    expect((await itc('--to', to)).result.pictures).toBe(13)
    const { rows } = await decodeParquet(await readFile(to))
    expect(rows.find(([key]) => key === 'cam0/00000.png')?.[2]).toBe('5000')
  })

  it('overwrites nothing, and knows only these three', async () => {
    await writeFile(join(folder, 'mine.csv'), 'mine')
    const taken = await run(['results', results, '--to', join(folder, 'mine.csv')])
    expect(taken.code).toBe(1)
    expect(taken.err).toContain('There is a file')
    expect(await readFile(join(folder, 'mine.csv'), 'utf8')).toBe('mine')
    const other = await run(['results', results, '--to', join(folder, 'a.xls')])
    expect(other.err).toContain('.parquet, .csv or .json')
    expect((await run(['results', folder])).err).toContain('There are no results in')
    expect((await readdir(folder)).sort()).toEqual(['mine.csv', 'photos', 'results'])
  })

  it('names the part that is damaged, and what helps', async () => {
    const [part] = await readdir(join(results, 'parts'))
    await fs.truncate(join(results, 'parts', part!), 100)
    const { code, err } = await run(['results', results, '--to', join(folder, 'all.csv')])
    expect(code).toBe(1)
    expect(err).toMatch(new RegExp(`The part ${part} of .* is damaged`))
    expect(await fs.pathExists(join(folder, 'all.csv'))).toBe(false)
    await fs.remove(join(results, 'parts', part!))
    await guessAll()
    expect((await itc()).result.pictures).toBe(13)
  })
})

/** Where pictures come to lie, as a copy into another folder shows. */
async function sortedPaths(to: string): Promise<string[]> {
  await itc('--copy-to', `${to}.copied`)
  return await files(`${to}.copied`)
}

describe('itc results --copy-to and --move-to', () => {
  it('copies every picture to its category, and nothing twice or over anything', async () => {
    const to = join(folder, 'sorted')
    const before = await files(source)
    expect((await itc('--copy-to', to)).result).toMatchObject({ placed: 12, before: 0, failed: [] })
    expect((await files(to)).map(path => path.split('/').slice(1).join('/')).sort()).toEqual(
      before.filter(path => path !== 'cam1/broken.png'),
    )
    const [first] = await files(to)
    await writeFile(join(to, first!), 'mine')
    const again = await itc('--copy-to', to)
    expect(again.result).toMatchObject({ placed: 0, before: 11, failed: [{ reason: 'another file has its place' }] })
    expect(again.code).toBe(1)
    expect(await readFile(join(to, first!), 'utf8')).toBe('mine')
    expect(await files(source)).toEqual(before)
  })

  it('moves them, and undo brings them back with their times', async () => {
    const to = join(folder, 'sorted')
    const before = await files(source)
    const { mtimeMs } = await stat(join(source, before[0]!))
    expect((await itc('--move-to', to)).result).toMatchObject({ placed: 12, failed: [] })
    expect(await files(source)).toEqual(['cam1/broken.png'])
    expect(await files(to)).toHaveLength(12)
    expect((await itc('--move-to', to)).result).toMatchObject({ placed: 0, before: 12, failed: [] })
    expect((await itc('--undo')).result).toEqual({ schema: 1, restored: 12, failed: [] })
    expect(await files(source)).toEqual(before)
    expect(await fs.pathExists(to)).toBe(false)
    expect((await stat(join(source, before[0]!))).mtimeMs).toBe(mtimeMs)
    expect((await run(['results', results, '--undo'])).err).toContain('Nothing was moved')
  })

  it('undoes a move that was killed between the copy and the removal', async () => {
    const to = join(folder, 'sorted')
    const before = await files(source)
    await itc('--move-to', to)
    const [one] = await files(to)
    await fs.copy(join(to, one!), join(source, one!.split('/').slice(1).join('/')))
    expect((await itc('--undo')).result).toEqual({ schema: 1, restored: 11, failed: [] })
    expect(await files(source)).toEqual(before)
    expect(await fs.pathExists(to)).toBe(false)
  })

  it('puts nothing over what has taken an old place, and keeps the note of it', async () => {
    const to = join(folder, 'sorted')
    await itc('--move-to', to)
    const [one] = await files(to)
    const back = join(source, one!.split('/').slice(1).join('/'))
    await fs.outputFile(back, 'mine')
    await itc('--undo')
    expect(await readFile(back, 'utf8')).toBe('mine')
    expect(await files(to)).toEqual([one])
  })

  it('takes back only what it moved: another file in its place stays there', async () => {
    const to = join(folder, 'sorted')
    const [one, two] = await sortedPaths(to)
    await fs.outputFile(join(to, one!), 'mine')
    await itc('--move-to', to) // refused, though it was noted
    await fs.remove(join(source, one!.split('/').slice(1).join('/')))
    await writeFile(join(to, two!), 'retouched')
    const { result } = await itc('--undo')
    expect(result).toMatchObject({ restored: 10 })
    const left = await files(to)
    expect(left.sort()).toEqual([one, two])
    expect(result.failed.map(({ reason }: { reason: string }) => reason)).toEqual(
      left.map(path => `"${path}" is not what was moved there; it stays`),
    )
    expect(await readFile(join(to, one!), 'utf8')).toBe('mine')
  })

  it('follows no link in the destination, neither there nor back', async () => {
    const [to, elsewhere] = [join(folder, 'sorted'), join(folder, 'elsewhere')]
    const [one] = await sortedPaths(to)
    const inside = join(to, one!.split('/')[0]!)
    await fs.ensureDir(elsewhere)
    await fs.ensureSymlink(elsewhere, inside)
    const { result } = await itc('--move-to', to)
    expect(result.failed[0]).toMatchObject({ reason: 'behind a link' })
    expect(await readdir(elsewhere)).toEqual([])
    await fs.remove(inside)
    await itc('--move-to', to)
    await fs.move(inside, join(elsewhere, 'real'))
    await fs.ensureSymlink(join(elsewhere, 'real'), inside)
    const before = await files(elsewhere)
    expect((await itc('--undo')).result.failed.length).toBe(before.length)
    expect(await files(elsewhere)).toEqual(before)
  })

  it('leaves a picture that is no longer the one that was named', async () => {
    await writeFile(join(source, 'cam0/00000.png'), 'changed since')
    const { result, code } = await itc('--move-to', join(folder, 'sorted'))
    expect(code).toBe(1)
    expect(result).toMatchObject({
      placed: 11,
      failed: [{ key: 'cam0/00000.png', reason: 'changed since it was listed' }],
    })
    expect(await readFile(join(source, 'cam0/00000.png'), 'utf8')).toBe('changed since')
  })

  it('refuses a destination among the pictures, and flags that contradict each other', async () => {
    expect((await run(['results', results, '--move-to', join(source, 'sorted')])).err).toContain('would lie among')
    expect((await run(['results', results, '--move-to', 'a', '--copy-to', 'b'])).err).toContain('Only one of')
  })
})
