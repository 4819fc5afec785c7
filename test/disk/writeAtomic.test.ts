import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { draftOf, isDraftOf } from '../../src/disk/draft.ts'
import { rewriteAtomic, writeAtomic, writeNew, writeTogether } from '../../src/disk/writeAtomic.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** The folder's files by name. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  return Object.fromEntries(await Promise.all(names.map(async name => [name, await textOf(join(folder, name))])))
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => 'a folder')
}

test('a file in parts replaces what was there', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'a'), 'old and longer')
  await writeAtomic(join(folder, 'a'), [Buffer.from('ne'), Buffer.from('w')])
  expect(await filesIn(folder)).toEqual({ a: 'new' })
})

test('of files that belong together none is written when one can not be', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'a'), 'old')
  const files = [
    [join(folder, 'a'), 'new'],
    [join(folder, 'missing', 'b'), 'new'],
  ] as const
  await expect(writeTogether(files)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await filesIn(folder)).toEqual({ a: 'old' })
})

test('a failure while the content is made leaves the old file, and nothing beside it', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'a'), 'old')
  const failing = rewriteAtomic(join(folder, 'a'), async file => {
    await file.writeFile('ne')
    throw new Error('no more')
  })
  await expect(failing).rejects.toThrow('no more')
  expect(await filesIn(folder)).toEqual({ a: 'old' })
})

test('a place that is taken by a folder stays as it is', async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, 'a'))
  await expect(writeAtomic(join(folder, 'a'), 'new')).rejects.toThrow()
  expect(await filesIn(folder)).toEqual({ a: 'a folder' })
})

test('a new file goes over none', async () => {
  const folder = await tempFolder()
  await writeNew(join(folder, 'a'), 'first')
  await expect(writeNew(join(folder, 'a'), 'second')).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await filesIn(folder)).toEqual({ a: 'first' })
})

test('a name of any length the file system takes can be written', async () => {
  const folder = await tempFolder()
  const name = 'ä'.repeat(127)
  await writeAtomic(join(folder, name), 'new')
  expect(await filesIn(folder)).toEqual({ [name]: 'new' })
})

test.each([
  [basename(draftOf('/x/results.csv')), true],
  ['.results.csv.0123456789ab.tmp', true],
  ['.results.csv.0123456789AB.tmp', false],
  ['.results_csv.0123456789ab.tmp', false],
  ['results.csv', false],
])('%s is a draft of results.csv: %s', (name, expected) => {
  expect(isDraftOf('results.csv', name)).toBe(expected)
})
