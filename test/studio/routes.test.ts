import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type {
  BatchEnd,
  JournalList,
  NamesAnswer,
  OpAnswer,
  PictureColumns,
  PictureDetail,
  StudioState,
  UploadAnswer,
} from '../../src/studio/api.ts'
import { studioFolder } from '../../src/studio/pictures/folder.ts'
import { filesIn, openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'

const folder = () => pictureFolder({ 'data/a': 2, 'data/dark_b': 3, unlabeled: 2 })

test('the state says what there is and what can be done', async () => {
  const { json } = await openStudio(await folder())
  const state = await json<StudioState>('api/state')
  expect(state).toMatchObject({
    readOnly: false,
    categories: [
      { name: 'a', count: 2, key: '1' },
      { name: 'dark_b', shown: 'dark b', count: 3, key: '2' },
    ],
    unlabeled: 2,
    trash: 0,
    model: null,
    untrainable: 'a has 2 pictures yet: 3 are the least.',
    undo: null,
    redo: null,
  })
})

test('pictures come as columns, by place, category and order', async () => {
  const { json } = await openStudio(await folder())
  const all = await json<PictureColumns>('api/pictures')
  expect([all.total, all.ids.length, all.category]).toEqual([5, 5, [0, 0, 1, 1, 1]])
  expect((await json<PictureColumns>('api/pictures?category=dark_b')).total).toBe(3)
  expect((await json<PictureColumns>('api/pictures?in=unlabeled')).category).toEqual([-1, -1])
  expect((await json<PictureColumns>('api/pictures?view=doubtful')).ids).toEqual([])
  await expect(json('api/pictures?sort=size')).rejects.toThrow('400')
})

test('a picture, its detail, its name, its thumbnail', async () => {
  const root = await folder()
  const { json, ask, post } = await openStudio(root)
  const [id] = (await json<PictureColumns>('api/pictures')).ids
  const detail = await json<PictureDetail>(`api/pictures/${id}`)
  expect(detail).toMatchObject({ place: 'a', path: 'data/a/p1.png', name: 'p1.png', guess: null, unreadable: null })
  const thumb = await ask(`thumb/${id}?side=160`)
  expect(thumb.headers.get('content-type')).toBe('image/jpeg')
  expect(thumb.headers.get('cache-control')).toContain('immutable')
  const bytes = Buffer.from(await thumb.arrayBuffer())
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 24, height: 16 })
  const { names } = await post<NamesAnswer>('api/names', { ids: [id, 999] })
  expect(names).toMatchObject([{ id, path: 'data/a/p1.png', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect((await ask(`thumb/${names[0]!.sha256}?side=320`)).status).toBe(200)
  const original = await ask(`picture/${id}`)
  expect(Buffer.from(await original.arrayBuffer())).toEqual(await fs.readFile(join(root, 'data/a/p1.png')))
  const tag = original.headers.get('etag')!
  expect((await ask(`picture/${id}`, { headers: { 'if-none-match': tag } })).status).toBe(304)
  expect((await ask(`picture/${id}?boot=another`)).status).toBe(404)
})

test('a studio that ends leaves every thumbnail whole, and none as a draft', async () => {
  const root = await pictureFolder({ 'data/a': 12 })
  const { ask, json, studio } = await openStudio(root)
  const { ids } = await json<PictureColumns>('api/pictures')
  await Promise.all(ids.map(id => ask(`thumb/${id}?side=160`)))
  await studio.close('it is over')
  const kept = await fs.readdir(studioFolder(root).thumbnails, { recursive: true, withFileTypes: true })
  const files = kept.filter(entry => entry.isFile()).map(({ name }) => name)
  expect(files).toHaveLength(12)
  for (const name of files) expect(name).toMatch(/^[0-9a-f]{64}-160\.jpg$/)
})

test('what is no picture has a reason instead of a thumbnail', async () => {
  const root = await folder()
  await fs.writeFile(join(root, 'data/a/broken.jpg'), 'no picture at all')
  const { json, ask } = await openStudio(root)
  const [id] = (await json<PictureColumns>('api/pictures')).ids
  const answer = await ask(`thumb/${id}?side=160`)
  expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'E_PICTURE' }])
  expect((await json<PictureDetail>(`api/pictures/${id}`)).unreadable).toContain('not a picture')
  expect((await json<PictureColumns>('api/pictures?view=skipped')).ids).toEqual([id])
})

test('TIFF is shown as JPEG', async () => {
  const root = await folder()
  await sharp(await tinyPicture(3))
    .tiff()
    .toFile(join(root, 'data/a/0.tif'))
  const { json, ask } = await openStudio(root)
  const [id] = (await json<PictureColumns>('api/pictures')).ids
  expect((await ask(`picture/${id}`)).headers.get('content-type')).toBe('image/jpeg')
})

test('operations, undo and redo; a second tab is too late', async () => {
  const { json, post, ask } = await openStudio(await folder())
  const { ids } = await json<PictureColumns>('api/pictures?in=unlabeled')
  const { entry, moved } = await post<OpAnswer>('api/ops', { op: 'label', to: 'a', ids, from: '.unlabeled' })
  expect(moved).toEqual(ids)
  expect((await json<StudioState>('api/state')).undo).toEqual({ entry, title: '2 → a' })
  await post<OpAnswer>('api/undo', { expect: entry })
  const late = await ask('api/undo', { method: 'POST', body: JSON.stringify({ expect: entry }) })
  expect([late.status, await late.json()]).toMatchObject([409, { code: 'E_NOT_LATEST' }])
  const { redo } = await json<StudioState>('api/state')
  await post<OpAnswer>('api/redo', { expect: redo!.entry })
  expect((await json<StudioState>('api/state')).unlabeled).toBe(0)
  const { entries } = await json<JournalList>('api/journal')
  expect(entries.map(({ kind, pictures }) => [kind, pictures])).toEqual([
    ['label', 2],
    ['label', 2],
    ['label', 2],
  ])
})

test('labels that were not acknowledged are replayed by path and content after a restart', async () => {
  const root = await folder()
  const first = await openStudio(root)
  const { ids } = await first.json<PictureColumns>('api/pictures?in=unlabeled')
  await first.ask(`thumb/${ids[0]}?side=160`)
  const { names } = await first.post<NamesAnswer>('api/names', { ids })
  await first.studio.close('restart')
  const { post } = await openStudio(root)
  const files = [...names, { path: 'unlabeled/never.png', sha256: null }]
  const { moved, conflicts } = await post<OpAnswer>('api/ops', { op: 'label', to: 'a', files, from: '.unlabeled' })
  expect(moved).toHaveLength(2)
  expect(conflicts).toMatchObject([{ id: -1, name: 'never.png', place: null }])
  const again = await post<OpAnswer>('api/ops', { op: 'label', to: 'a', files: names, from: '.unlabeled' })
  expect([again.moved.length, again.conflicts.length]).toEqual([0, 2])
})

test('uploads are decoded, named apart, told when known, and one entry together', async () => {
  const root = await folder()
  const before = await filesIn(root)
  const { ask, json, post } = await openStudio(root)
  const put = async (name: string, body: Buffer) =>
    ask(`api/upload?batch=drop-1&category=a&name=${name}`, { method: 'PUT', body: new Uint8Array(body) })
  const first = await put('p1.png', await tinyPicture(40))
  expect([first.status, await first.json()]).toMatchObject([201, { name: 'p1-2.png' }])
  const same = await put('other.png', await tinyPicture(40))
  expect([same.status, ((await same.json()) as UploadAnswer).duplicateOf]).toEqual([200, expect.any(Number)])
  const bad = await put('x.jpg', Buffer.from('hello'))
  expect([bad.status, await bad.json()]).toMatchObject([422, { code: 'E_PICTURE' }])
  await put('q.png', await tinyPicture(41))
  const { entry, added } = await json<BatchEnd>('api/batch/drop-1/end', { method: 'POST' })
  expect(added).toBe(2)
  expect((await json<StudioState>('api/state')).undo).toEqual({ entry, title: '2 added to a' })
  expect(await fs.readdir(join(root, 'studio/incoming'))).toEqual([])
  await post<OpAnswer>('api/undo', { expect: entry })
  const after = await filesIn(root)
  expect(after.filter(path => !path.startsWith('trash/'))).toEqual(before)
  expect(after.filter(path => path.startsWith('trash/'))).toHaveLength(2)
})

test('a model does not make itself: jobs say why not', async () => {
  const { ask } = await openStudio(await folder())
  const answer = await ask('api/jobs', { method: 'POST', body: '{"kind":"train"}' })
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'E_UNTRAINABLE' }])
  expect((await ask('api/jobs', { method: 'POST', body: '{"kind":"dance"}' })).status).toBe(400)
  const preset = await ask('api/jobs', { method: 'POST', body: '{"kind":"train","preset":"slow"}' })
  expect([preset.status, await preset.json()]).toMatchObject([400, { code: 'E_BAD_VALUE' }])
  expect((await ask('api/jobs/none', { method: 'DELETE' })).status).toBe(404)
})

test('settings are checked and kept', async () => {
  const root = await folder()
  const { json, ask } = await openStudio(root)
  const change = (settings: object) => ask('api/settings', { method: 'PUT', body: JSON.stringify(settings) })
  expect((await change({ captureRate: 8, keys: { dark_b: '1' } })).status).toBe(200)
  expect((await json<StudioState>('api/state')).categories.map(({ key }) => key)).toEqual(['2', '1'])
  for (const bad of [{ captureRate: 99 }, { shortcuts: 'no' }, { colour: 'red' }, { keys: { a: 'xx' } }]) {
    expect((await change(bad)).status).toBe(400)
  }
  expect(await fs.readJson(join(root, 'studio/settings.json'))).toMatchObject({ captureRate: 8 })
})

test('read-only shows and refuses', async () => {
  const root = await folder()
  const { json, ask } = await openStudio(root, { readOnly: true, engine: false })
  const { ids } = await json<PictureColumns>('api/pictures')
  expect((await ask(`thumb/${ids[0]}?side=160`)).status).toBe(200)
  const answer = await ask('api/ops', { method: 'POST', body: JSON.stringify({ op: 'trash', ids }) })
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'E_READ_ONLY' }])
  const upload = await ask('api/upload?batch=b&name=x.png', {
    method: 'PUT',
    body: new Uint8Array(await tinyPicture(1)),
  })
  expect(upload.status).toBe(403)
  expect((await filesIn(root)).length).toBe(7)
  expect(await fs.pathExists(join(root, 'studio'))).toBe(false)
})

test('events tell the state first, then what changes', async () => {
  const { ask, post, json } = await openStudio(await folder())
  const stream = (await ask('api/events')).body!.getReader()
  const heard = async () => new TextDecoder().decode((await stream.read()).value)
  expect(await heard()).toMatch(/^event: state\ndata: \{"boot"/)
  const { ids } = await json<PictureColumns>('api/pictures?in=unlabeled')
  await post('api/ops', { op: 'trash', ids })
  let text = ''
  while (!text.includes('event: changes')) text += await heard()
  expect(text).toMatch(/"cause":"op"/)
  await stream.cancel()
})

test('an empty folder can be tried with the sample, and one undo takes it away', async () => {
  const root = await pictureFolder({ data: 0 })
  const { post, json } = await openStudio(root)
  const { entry, moved } = await post<OpAnswer>('api/sample', { sample: true })
  expect(moved).toHaveLength(107)
  expect((await json<StudioState>('api/state')).categories.map(({ name, count }) => [name, count])).toEqual([
    ['bird', 27],
    ['flower', 16],
    ['food', 31],
    ['mammal', 33],
  ])
  await expect(post('api/sample', { sample: true })).rejects.toThrow('E_EXISTS')
  await post<OpAnswer>('api/undo', { expect: entry })
  expect((await json<StudioState>('api/state')).trash).toBe(107)
})
