import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import fs from 'fs-extra'
import { beforeEach, expect, it } from 'vitest'
import { undoMoves } from '../../../src/jobs/results/undoMoves.ts'
import { run } from '../../helpers/runCli.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../../helpers/tinyModel.ts'

const { tfFiles } = await tinyModel()
const PICTURES = 20
let folder: string
let source: string
let results: string
let before: string[]

beforeEach(async () => {
  folder = await tempFolder()
  source = join(folder, 'photos')
  results = join(folder, 'results')
  await manyPictures(tfFiles, source, PICTURES)
  await run(['guess-all', tfFiles, source, results])
  before = await files(source)
})

const place = (name: string) => join(folder, name)
const itc = (...flags: string[]) => run(['results', results, ...flags])
async function json(...flags: string[]) {
  const { code, out, err } = await itc(...flags, '--json')
  return { code, err, ...(out === '' ? {} : JSON.parse(out)) }
}
const move = (name: string) => json('--move-to', place(name))
const undo = () => json('--undo')

async function files(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  const found = all.filter(entry => entry.isFile())
  return found.map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
}

/** A picture in a destination, and its old place. */
async function moved(name: string): Promise<{ there: string; back: string }> {
  const [first] = await files(place(name))
  return { there: join(place(name), first!), back: join(source, first!.split('/').slice(1).join('/')) }
}

it('what lies in one place goes to no other, by a move or a copy, before it is back: nothing is written', async () => {
  await move('a')
  expect(await move('a')).toMatchObject({ code: 0, placed: 0, before: PICTURES, failed: [] })
  const all = await files(folder)
  for (const flag of ['--move-to', '--copy-to']) {
    const { code, err } = await itc('--to', place('all.csv'), flag, place('b'))
    expect(code).toBe(1)
    expect(err).toMatch(/were moved to ".*a", and lie there\.\nPut them back first: itc results .* --undo/)
  }
  expect(await files(folder)).toEqual(all)
  expect(await json('--copy-to', place('a'))).toMatchObject({ code: 0, before: PICTURES })
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES, failed: [] })
  expect(await move('b')).toMatchObject({ code: 0, placed: PICTURES })
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES })
  expect(await files(source)).toEqual(before)
})

it('a move that was noted to two places is taken back from the one where the pictures are', async () => {
  await move('a')
  const notes = join(results, 'moves')
  const [name] = await readdir(notes)
  for (const digest of ['0', 'f']) {
    const note = await fs.readJson(join(notes, name!))
    await fs.writeJson(join(notes, name!.replace(/-[0-9a-f]{16}/, `-${digest.repeat(16)}`)), {
      ...note,
      to: place('b'),
    })
  }
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES, failed: [] })
  expect(await files(source)).toEqual(before)
  expect(await readdir(notes)).toEqual([])
})

it('what somebody has brought back already is back', async () => {
  await move('a')
  const { there, back } = await moved('a')
  await fs.copy(there, back) // with another time
  await fs.remove(there)
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES - 1, failed: [] })
  expect(await files(source)).toEqual(before)
  expect((await itc('--undo')).err).toContain('Nothing was moved')
})

it('a picture whose place is taken stays, is told of at every undo, and comes back once the place is free', async () => {
  await move('a')
  const { there, back } = await moved('a')
  await fs.outputFile(back, 'mine')
  for (const restored of [PICTURES - 1, 0]) {
    const { code, failed, ...rest } = await undo()
    expect({ code, ...rest }).toMatchObject({ code: 1, restored })
    expect(failed).toEqual([expect.objectContaining({ reason: expect.stringContaining('its place is taken') })])
  }
  expect(await readFile(back, 'utf8')).toBe('mine')
  expect(await fs.pathExists(there)).toBe(true)
  await fs.remove(back)
  expect(await undo()).toMatchObject({ code: 0, restored: 1, failed: [] })
  expect(await files(source)).toEqual(before)
})

it('what was thrown away there is told of, and does not keep the rest from another place', async () => {
  await move('a')
  await fs.remove((await moved('a')).there)
  for (const restored of [PICTURES - 1, 0]) {
    const { code, failed, ...rest } = await undo()
    expect({ code, ...rest }).toMatchObject({ code: 1, restored })
    expect(failed).toEqual([expect.objectContaining({ reason: expect.stringContaining('is gone from') })])
  }
  expect(await move('b')).toMatchObject({ placed: PICTURES - 1 })
  const all = await undo()
  expect(all).toMatchObject({ restored: PICTURES - 1 })
  expect(all.failed).toHaveLength(1)
})

it('a picture that was changed before its move was never moved, and needs no putting back', async () => {
  await writeFile(join(source, before[0]!), 'changed since')
  expect(await move('a')).toMatchObject({ code: 1, placed: PICTURES - 1 })
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES - 1, failed: [] })
  expect(await readFile(join(source, before[0]!), 'utf8')).toBe('changed since')
})

it('an undo that was stopped is gone on with by the next', async () => {
  await move('a')
  const stop = new AbortController()
  const onRestored = (restored: number) => {
    if (restored === 4) stop.abort(new Error('stopped'))
  }
  await expect(undoMoves(results, { onRestored, signal: stop.signal })).rejects.toThrow('stopped')
  const { length: restored } = await files(source)
  expect(restored).toBeLessThan(PICTURES)
  expect(await undo()).toMatchObject({ code: 0, restored: PICTURES - restored, failed: [] })
  expect(await files(source)).toEqual(before)
})

it('a picture that would go where it is stays, and is not its own copy', async () => {
  const [red, green] = [join(folder, 'own', 'red'), join(folder, 'own', 'green')]
  for (const own of [red, green]) {
    await fs.copy(source, own)
    results = join(folder, `results of ${basename(own)}`)
    await run(['guess-all', tfFiles, own, results])
    const { counts } = await json()
    const inPlace = counts.find(({ label }: { label: string }) => label === basename(own)).count
    const { code, before: stayed, failed } = await json('--move-to', dirname(own))
    expect({ code, stayed, failed }).toEqual({ code: 0, stayed: inPlace, failed: [] })
    expect(await undo()).toMatchObject({ code: 0, failed: [] })
    expect(await files(own)).toEqual(before)
  }
})

it('undo removes the folders that the move made, and nothing else', async () => {
  const inside = 'new/deeper'
  await fs.ensureDir(join(place('there'), 'mine'))
  await move(inside)
  await fs.outputFile(join(place(inside), '.itc-0123456789abcdef.tmp'), 'half a picture of a killed move')
  await undo()
  expect(await fs.pathExists(place('new'))).toBe(false)
  await move('there')
  const { there } = await moved('there')
  const [label] = there.slice(place('there').length + 1).split('/')
  await fs.outputFile(join(place('there'), label!, 'notes.txt'), 'mine')
  await undo()
  expect((await readdir(place('there'), { recursive: true })).sort()).toEqual(
    [label, `${label}/notes.txt`, 'mine'].sort(),
  )
  expect((await itc('--undo')).err).toContain('Nothing was moved')
  expect((await readdir(folder)).sort()).toEqual(['photos', 'results', 'there'])
})

it('folders that a failed undo left go with the next one, and those behind a link never', async () => {
  await move('a')
  const { there, back } = await moved('a')
  await fs.outputFile(back, 'mine')
  await undo()
  expect(await files(place('a'))).toHaveLength(1)
  await fs.remove(back)
  expect(await undo()).toMatchObject({ code: 0, restored: 1 })
  expect(await fs.pathExists(place('a'))).toBe(false)
  await move('a')
  const camera = dirname(there)
  await fs.remove(camera)
  await fs.ensureDir(join(place('elsewhere'), 'cam'))
  await fs.ensureSymlink(place('elsewhere'), camera)
  await undo()
  expect(await readdir(place('elsewhere'))).toEqual(['cam'])
})
