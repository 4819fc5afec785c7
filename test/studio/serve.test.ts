import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, onTestFinished, test } from 'vitest'
import type { StudioState } from '../../src/studio/api.ts'
import { type ServeOptions, serveStudio } from '../../src/studio/server/serve.ts'
import { pictureFolder } from '../helpers/studioFixture.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

interface Served {
  readonly address: string
  readonly running: boolean
  readonly end: () => Promise<void>
}

/** Serves until the test ends; no engine. */
async function serve(root: string, options: Partial<ServeOptions>): Promise<Served> {
  const pageFolder = join(root, '..', 'page')
  await fs.outputFile(join(pageFolder, 'index.html'), '<title>studio</title>')
  await fs.outputFile(join(pageFolder, 'assets/page.js'), 'done()')
  const stop = new AbortController()
  return new Promise((resolve, reject) => {
    const served = serveStudio(root, {
      engine: false,
      pageFolder,
      signal: stop.signal,
      ...options,
      onReady: (address, running) => resolve({ address, running, end }),
    })
    served.catch(reject)
    const end = async () => {
      stop.abort()
      await served.catch(() => undefined) // the test has heard of it
    }
    onTestFinished(end)
  })
}

const folders = async () => ({
  root: await pictureFolder({ 'data/a': 1, 'data/b': 1 }),
  cacheFolder: await tempFolder(),
})

test('the page is served under an address that stays over restarts, and is known to its owner alone', async () => {
  const { root, cacheFolder } = await folders()
  const first = await serve(root, { cacheFolder })
  const { port, pathname } = new URL(first.address)
  expect([Number(port) >= 4100, Number(port) < 5000, pathname.length]).toEqual([true, true, 66])
  expect(await (await fetch(first.address)).text()).toBe('<title>studio</title>')
  const script = await fetch(`${first.address}assets/page.js`)
  expect(script.headers.get('content-type')).toContain('text/javascript')
  const [session] = await fs.readdir(join(cacheFolder, 'studio'))
  expect((await stat(join(cacheFolder, 'studio', session!))).mode & 0o777).toBe(0o600)
  await first.end()
  await expect(fetch(first.address)).rejects.toThrow()
  expect((await serve(root, { cacheFolder })).address).toBe(first.address)
})

test('a second start opens the one that runs, and ends', async () => {
  const { root, cacheFolder } = await folders()
  const first = await serve(root, { cacheFolder })
  const second = await serve(root, { cacheFolder })
  expect(second).toMatchObject({ address: first.address, running: true })
  await second.end()
  expect((await fetch(first.address)).status).toBe(200)
  // Somebody else's cache folder does not tell of it: the lock does.
  await expect(serve(root, { cacheFolder: await tempFolder() })).rejects.toMatchObject({ code: 'E_BUSY' })
})

test('it listens on this machine alone', async () => {
  const { root, cacheFolder } = await folders()
  const { address } = await serve(root, { cacheFolder })
  const { port } = new URL(address)
  const others = Object.values(networkInterfaces()).flatMap(list =>
    (list ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'),
  )
  for (const other of others) await expect(fetch(address.replace('127.0.0.1', other.address))).rejects.toThrow()
  expect(Number(port)).toBeGreaterThan(0)
})

test('a taken port gives the next free one; one that was asked for gives a sentence', async () => {
  const { root, cacheFolder } = await folders()
  const first = await serve(root, { cacheFolder })
  await first.end()
  const { port } = new URL(first.address)
  const squatter = createServer().listen(Number(port), '127.0.0.1')
  onTestFinished(() => void squatter.close())
  await new Promise(resolve => squatter.once('listening', resolve))
  await expect(serve(root, { cacheFolder, port: Number(port) })).rejects.toMatchObject({ code: 'E_PORT' })
  expect(new URL((await serve(root, { cacheFolder })).address).port).not.toBe(port)
})

test('what a file manager does shows up by itself', async () => {
  const { root, cacheFolder } = await folders()
  const { address } = await serve(root, { cacheFolder })
  const events = (await fetch(`${address}api/events`)).body!.getReader()
  await fs.copy(join(root, 'data/a/p1.png'), join(root, 'data/c/new.png'))
  let text = ''
  while (!text.includes('event: files')) text += new TextDecoder().decode((await events.read()).value)
  await events.cancel()
  const state = (await (await fetch(`${address}api/state`)).json()) as StudioState
  expect(state.categories.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
})

test('a folder that is not there is made; a page that is not built is said', async () => {
  const root = join(await tempFolder(), 'new')
  const { address } = await serve(root, { cacheFolder: await tempFolder() })
  const state = (await (await fetch(`${address}api/state`)).json()) as StudioState
  expect([state.categories, state.untrainable]).toEqual([
    [],
    'Make two categories at least: a classifier tells things apart.',
  ])
  const other = await folders()
  await expect(serve(other.root, { ...other, pageFolder: join(root, 'nowhere') })).rejects.toMatchObject({
    code: 'E_NO_PAGE',
  })
})
