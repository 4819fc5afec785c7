import { request } from 'node:http'
import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, test } from 'vitest'
import type { PhoneDoor, StudioState } from '../../src/studio/api.ts'
import { PHONE_POLICY, phonePage } from '../../src/studio/phone/page.ts'
import { serveStudio } from '../../src/studio/server/serve.ts'
import { filesIn, openStudio, pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const folder = () => pictureFolder({ 'data/a': 1, 'data/b': 1 })

test('the door adds pictures to the category that it was opened for, as one entry, and reads nothing', async () => {
  const root = await folder()
  const { studio, json, post } = await openStudio(root)
  const { address, svg } = await studio.phone.open('a', '127.0.0.1')
  expect(svg).toMatch(/^<svg/)
  const page = await fetch(address)
  expect(page.headers.get('content-security-policy')).toBe(PHONE_POLICY)
  expect(await page.text()).toBe(phonePage('a'))
  for (const number of [7, 8]) {
    const answer = await fetch(`${address}picture?name=IMG.png`, {
      method: 'PUT',
      body: new Uint8Array(await tinyPicture(number)),
    })
    expect(answer.status).toBe(201)
  }
  expect((await fetch(`${address}picture?name=x.png`, { method: 'PUT', body: 'no picture' })).status).toBe(422)
  expect(studio.phone.door?.received).toBe(2)
  for (const other of ['api/state', 'picture', 'thumb/1', '../'])
    expect((await fetch(address + other)).status).toBe(404)
  await json('api/phone', { method: 'DELETE' })
  await expect(fetch(address)).rejects.toThrow()
  const { undo } = await json<StudioState>('api/state')
  expect(undo?.title).toBe('2 added to a')
  expect(await filesIn(root)).toContain(join('data/a/IMG-2.png'))
  await post('api/undo', { expect: undo?.entry })
  expect((await filesIn(root)).filter(path => path.startsWith('data/'))).toHaveLength(2)
})

test('it opens to its own name and page alone, and takes at most 30 MB', async () => {
  const { studio } = await openStudio(await folder())
  const { address } = await studio.phone.open(undefined, '127.0.0.1')
  const { port, pathname } = new URL(address)
  const status = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: pathname, headers }, answer => {
        answer.resume()
        resolve(answer.statusCode!)
      })
        .on('error', reject)
        .end()
    })
  expect(await status({ host: `evil.example:${port}` })).toBe(404)
  expect(await status({ host: `127.0.0.1:${port}`, origin: 'http://evil.example' })).toBe(404)
  expect(await status({ host: `127.0.0.1:${port}` })).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  const large = await fetch(`${address}picture?name=x.jpg`, { method: 'PUT', body: new Uint8Array(30_000_001) })
  expect(large.status).toBe(413)
})

test('the page is small, and a name in it is only a name', () => {
  const page = phonePage('<img src=x onerror=alert(1)>')
  expect(page.length).toBeLessThan(10_000)
  expect(page).not.toContain('<img')
})

test('a studio that only shows opens no door', async () => {
  const { ask } = await openStudio(await folder(), { readOnly: true, engine: false })
  expect((await ask('api/phone', { method: 'POST', body: '{}' })).status).toBe(403)
})

test('--phone opens the door at once, tells of it with a code for the terminal, and it shuts with the studio', async () => {
  const root = await folder()
  const stop = new AbortController()
  const told: (PhoneDoor & { code: string })[] = []
  const pageFolder = await tempFolder()
  await fs.outputFile(join(pageFolder, 'index.html'), '<title>studio</title>')
  const options = { engine: false, phone: '127.0.0.1', pageFolder, cacheFolder: await tempFolder() }
  const served = serveStudio(root, {
    ...options,
    signal: stop.signal,
    onReady: () => undefined,
    onPhone: door => {
      told.push(door)
      stop.abort()
    },
  })
  await served
  expect(told[0]!.code).toMatch(/[▀▄█]/)
  await expect(fetch(told[0]!.address)).rejects.toThrow()
  const refused = serveStudio(root, { ...options, readOnly: true, signal: stop.signal, onReady: () => undefined })
  await expect(refused).rejects.toMatchObject({ code: 'E_READ_ONLY' })
})
