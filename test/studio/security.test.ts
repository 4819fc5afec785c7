import { request } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { expect, onTestFinished, test } from 'vitest'
import type { ApiError } from '../../src/studio/api.ts'
import { openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'

const folder = () => pictureFolder({ 'data/a': 1, 'data/b': 1 })

test('only its own hosts are answered: a name made to lead here is not', async () => {
  const { ask } = await openStudio(await folder())
  for (const host of ['evil.example:4417', '127.0.0.1:80', 'localhost', '127.0.0.1.nip.example:4417', '[::1]:4417']) {
    expect((await ask('api/state', { headers: { host } })).status).toBe(421)
  }
  expect((await ask('api/state', { headers: { host: 'localhost:4417' } })).status).toBe(200)
})

test('without the token there is nothing', async () => {
  const { app, base } = await openStudio(await folder())
  const headers = { host: '127.0.0.1:4417' }
  for (const path of ['/', '/api/state', `${base.slice(0, -2)}/api/state`, `/${'0'.repeat(64)}/api/state`]) {
    expect((await app.request(`http://127.0.0.1:4417${path}`, { headers })).status).toBe(404)
  }
})

test('another page may not ask, by Origin or by what the browser says', async () => {
  const { ask } = await openStudio(await folder())
  const status = async (headers: Record<string, string>, method = 'GET') =>
    (await ask('api/state', { headers, method })).status
  expect(await status({ origin: 'http://evil.example' })).toBe(403)
  expect(await status({ origin: 'null' })).toBe(403)
  expect(await status({ origin: 'http://localhost:4417' })).toBe(403) // the page was opened by the other name
  expect(await status({ origin: 'http://127.0.0.1:4417' })).toBe(200)
  expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'none' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' })).toBe(200)
  expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200)
})

test('every answer tells the browser what it may do', async () => {
  const { ask } = await openStudio(await folder())
  for (const address of ['', 'api/state', 'nothing', 'thumb/1?side=160']) {
    const { headers } = await ask(address)
    const policy = headers.get('content-security-policy')!
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "style-src-attr 'unsafe-inline'",
      "img-src 'self' blob:",
      "media-src 'self' blob:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(part)
    }
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('permissions-policy')).toBe('camera=(self)')
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('no address is a path: what climbs finds nothing', async () => {
  const { app, base } = await openStudio(await folder())
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const raw = (path: string) =>
    new Promise<number>((resolve, reject) => {
      // The path goes out as it is, which no browser would do.
      request({ port, host: '127.0.0.1', path, headers: { host: '127.0.0.1:4417' } }, answer => {
        answer.resume()
        resolve(answer.statusCode!)
      })
        .on('error', reject)
        .end()
    })
  for (const way of ['../', '%2e%2e%2f', '..%5c', '....//', '%252e%252e%252f', '/etc/passwd', '%00']) {
    for (const place of ['', 'thumb/', 'picture/', 'api/pictures/', 'explain/1/']) {
      expect([404, 503]).toContain(await raw(`${base}${place}${way}package.json`))
    }
  }
  expect(await raw(`${base}api/state`)).toBe(200)
})

test('names of categories and files that climb are refused or cut', async () => {
  const { ask, json, post } = await openStudio(await folder())
  for (const name of [
    '../x',
    '..',
    'a/b',
    'a\\b',
    '.x',
    'con',
    'x.',
    'x ',
    'a:b',
    '',
    'x'.repeat(101),
    'A',
    'a\u0000',
  ]) {
    const answer = await ask('api/ops', { method: 'POST', body: JSON.stringify({ op: 'category.add', to: name }) })
    expect(answer.ok).toBe(false)
  }
  await expect(post('api/ops', { op: 'label', to: '../../outside', ids: [1] })).rejects.toThrow('E_NO_CATEGORY')
  const body = await tinyPicture(9)
  const { name } = await json<{ name: string }>('api/upload?batch=b1&category=a&name=..%2F..%2Fevil%5C..%2Fc.png', {
    method: 'PUT',
    body: new Uint8Array(body),
  })
  expect(name).toBe('c.png')
})

test('a picture under the name of a program or a page is stored as a picture, and stays one when the disk is looked at', async () => {
  const { studio, json } = await openStudio(await folder())
  const names: string[] = []
  for (const [at, given] of ['run.exe', 'page.html', '\u202egnp.lnk', 'Thumbs.db', ''].entries()) {
    const body = new Uint8Array(await tinyPicture(20 + at))
    const address = `api/upload?batch=b2&category=a&name=${encodeURIComponent(given)}`
    names.push((await json<{ name: string }>(address, { method: 'PUT', body })).name)
  }
  expect(names).toEqual(['run.exe.png', 'page.html.png', '_gnp.lnk.png', 'Thumbs.db.png', 'picture.png'])
  await studio.rescan()
  expect(studio.collection.table.count('a')).toBe(1 + names.length)
})

test('bodies have limits', async () => {
  const { ask } = await openStudio(await folder())
  const code = async (address: string, init: RequestInit) => {
    const answer = await ask(address, init)
    return [answer.status, ((await answer.json()) as ApiError).code]
  }
  const large = JSON.stringify({ op: 'trash', ids: [], filler: 'x'.repeat(1_000_001) })
  expect(await code('api/ops', { method: 'POST', body: large })).toEqual([413, 'E_TOO_LARGE'])
  const frame = new Uint8Array(20_000_001)
  expect(await code('api/guess', { method: 'POST', body: frame })).toEqual([413, 'E_TOO_LARGE'])
  const picture = new Uint8Array(64_000_001)
  expect(await code('api/upload?batch=b&name=a.jpg', { method: 'PUT', body: picture })).toEqual([413, 'E_TOO_LARGE'])
})

test('bad bodies get a sentence and change nothing', async () => {
  const { ask, studio } = await openStudio(await folder())
  const { revision } = studio.collection.table
  for (const body of [
    '',
    '[]',
    'null',
    '{',
    '{"op":"label"}',
    '{"op":"erase","ids":[1]}',
    '{"op":"trash","ids":["1"]}',
    '{"op":"label","to":"a","ids":[1],"from":[3]}',
    '{"op":"category.rename","from":"a"}',
    '{"op":"trash","files":[{"path":5}]}',
  ]) {
    const answer = await ask('api/ops', { method: 'POST', body })
    expect([400, 404]).toContain(answer.status)
    expect(((await answer.json()) as ApiError).message).toMatch(/\.$/)
  }
  expect(studio.collection.table.revision).toBe(revision)
})
