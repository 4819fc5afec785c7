import { link, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import type { Entry, Move } from '../../src/studio/journal/entry.ts'
import { filesIn, openCollection, pictureFolder } from '../helpers/studioFixture.ts'

/** A folder whose studio wrote an entry's first line and then lost its power. */
async function crashed(more: Partial<Entry> = {}, cut = 0): Promise<string> {
  const root = await pictureFolder({ 'data/a': 2, 'data/b': 1 })
  const moves = more.moves ?? [
    await planned(root, 'data/a/p1.png', 'data/b/p1-2.png'),
    await planned(root, 'data/a/p2.png', 'data/b/p2.png'),
  ]
  const entry: Entry = {
    v: 1,
    id: 'e1',
    at: '2026-11-26T10:00:00Z',
    kind: 'label',
    title: '2 → b',
    state: 'planned',
    ...more,
    moves,
  }
  const line = `${JSON.stringify(entry)}\n`
  await fs.outputFile(join(root, 'studio/journal.jsonl'), line.slice(0, line.length - cut))
  return root
}

async function planned(root: string, from: string, to: string): Promise<Move> {
  const { size, mtimeMs } = await lstat(join(root, from))
  return { from, to, sha256: null, size, mtimeMs }
}

const BEFORE = ['data/a/p1.png', 'data/a/p2.png', 'data/b/p1.png']
const AFTER = ['data/b/p1-2.png', 'data/b/p1.png', 'data/b/p2.png']

/** Starts again: the entry is done, and one undo gives the files back. */
async function startsWhole(root: string): Promise<void> {
  const studio = await openCollection(root)
  expect(studio.unsettled).toEqual([])
  expect(await filesIn(root)).toEqual(AFTER)
  expect(studio.journal.entries().map(({ state }) => state)).toEqual(['done'])
  await studio.undo('e1')
  expect(await filesIn(root)).toEqual(BEFORE)
  await studio.close()
}

describe('a start after a crash', () => {
  it('before the first move: makes the moves', async () => {
    await startsWhole(await crashed())
  })

  it('between the two steps of a move, when the file has both names', async () => {
    const root = await crashed()
    await link(join(root, 'data/a/p1.png'), join(root, 'data/b/p1-2.png'))
    await startsWhole(root)
  })

  it('between the copy to another disk and the removal of the original', async () => {
    const root = await crashed()
    await fs.copy(join(root, 'data/a/p1.png'), join(root, 'data/b/p1-2.png'), { preserveTimestamps: true })
    await startsWhole(root)
  })

  it('in the middle of the moves', async () => {
    const root = await crashed()
    await fs.move(join(root, 'data/a/p1.png'), join(root, 'data/b/p1-2.png'))
    await startsWhole(root)
  })

  it('after the last move', async () => {
    const root = await crashed()
    await fs.move(join(root, 'data/a/p1.png'), join(root, 'data/b/p1-2.png'))
    await fs.move(join(root, 'data/a/p2.png'), join(root, 'data/b/p2.png'))
    await startsWhole(root)
  })

  it('within the first line: nothing was done, and nothing is', async () => {
    for (const cut of [1, 20, 200]) {
      const root = await crashed({}, cut)
      const studio = await openCollection(root)
      // A line that lacks nothing but its end is whole.
      expect(await filesIn(root)).toEqual(cut === 1 ? AFTER : BEFORE)
      const [id] = [...studio.table.rows()].map(row => row.id)
      await studio.run({ op: 'trash', ids: [id!] })
      await studio.close()
      const again = await openCollection(root)
      expect(again.stacks.undo.at(-1)!.kind).toBe('trash')
      await again.close()
    }
  })

  it('finds a file under the name that a clash gave it', async () => {
    const root = await crashed()
    await fs.writeFile(join(root, 'data/b/p2.png'), 'came in between')
    await fs.move(join(root, 'data/a/p2.png'), join(root, 'data/b/p2-2.png'))
    const studio = await openCollection(root)
    expect(studio.unsettled).toEqual([])
    await studio.undo('e1')
    expect(await filesIn(root)).toEqual(['data/a/p1.png', 'data/a/p2.png', 'data/b/p1.png', 'data/b/p2.png'])
    expect(await fs.readFile(join(root, 'data/b/p2.png'), 'utf8')).toBe('came in between')
    await studio.close()
  })

  it('overwrites nothing that came in between', async () => {
    const root = await crashed()
    await fs.writeFile(join(root, 'data/b/p2.png'), 'came in between')
    const studio = await openCollection(root)
    expect(await fs.readFile(join(root, 'data/b/p2.png'), 'utf8')).toBe('came in between')
    expect(await filesIn(root)).toEqual(['data/b/p1-2.png', 'data/b/p1.png', 'data/b/p2-2.png', 'data/b/p2.png'])
    await studio.close()
  })

  it('lists what it can not settle, and does the rest', async () => {
    const root = await crashed()
    await fs.remove(join(root, 'data/a/p1.png'))
    const studio = await openCollection(root)
    expect(studio.unsettled).toEqual(['p1.png is neither at data/a/p1.png nor at data/b/p1-2.png.'])
    expect(await filesIn(root)).toEqual(['data/b/p1.png', 'data/b/p2.png'])
    await studio.close()
    expect((await openCollection(root)).unsettled).toEqual([])
  })

  it('renames a folder, by the name in between too', async () => {
    const base = { sha256: null, size: 0, mtimeMs: 0, folder: true } as const
    const move: Move = { ...base, from: 'data/a', to: 'data/A', via: 'data/.itc-rename-e1' }
    const renames = { from: 'a', to: 'A' }
    for (const state of ['data/a', 'data/.itc-rename-e1', 'data/A']) {
      const root = await crashed({ kind: 'category.rename', moves: [move], renames })
      if (state !== 'data/a') await fs.move(join(root, 'data/a'), join(root, state))
      const studio = await openCollection(root)
      expect(studio.unsettled).toEqual([])
      expect(studio.table.categories).toEqual(['A', 'b'])
      await studio.undo('e1')
      expect(await filesIn(root)).toEqual(BEFORE)
      await studio.close()
    }
  })

  it('ends a batch of uploads with what arrived', async () => {
    const root = await crashed({ kind: 'upload', state: 'open', moves: [] })
    const arrived = await planned(root, 'data/a/p1.png', 'data/a/p1.png')
    const move = { ...arrived, from: 'studio/incoming/x.part' }
    await fs.appendFile(join(root, 'studio/journal.jsonl'), `${JSON.stringify({ id: 'e1', state: 'added', move })}\n`)
    const studio = await openCollection(root)
    expect(studio.stacks.undo.map(({ id, moves }) => [id, moves.length])).toEqual([['e1', 1]])
    await studio.undo('e1')
    expect(await filesIn(root)).toContainEqual(expect.stringMatching(/^trash\/.*\/data\/a\/p1\.png$/))
    await studio.close()
  })
})

describe('the journal', () => {
  it('that can not be written refuses, and moves nothing', async () => {
    const root = await pictureFolder({ 'data/a': 1, 'data/b': 1 })
    const studio = await openCollection(root)
    await fs.outputFile(join(root, 'studio'), 'a file where the folder should be')
    const ids = [...studio.table.rows()].map(row => row.id)
    await expect(studio.run({ op: 'trash', ids })).rejects.toMatchObject({ code: 'E_READ_ONLY' })
    expect((await filesIn(root)).filter(path => path !== 'studio')).toEqual(['data/a/p1.png', 'data/b/p1.png'])
  })
})
