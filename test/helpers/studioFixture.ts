import { join } from 'node:path'
import fs from 'fs-extra'
import type { Hono } from 'hono'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import { Collection } from '../../src/studio/collection.ts'
import { studioFolder } from '../../src/studio/pictures/folder.ts'
import { studioApp } from '../../src/studio/server/app.ts'
import { Studio, type StudioOptions } from '../../src/studio/studio.ts'
import { tempFolder } from './tempFolder.ts'

/** A tiny PNG, each number another one. */
export function tinyPicture(number: number): Promise<Buffer> {
  const background = { r: (number * 37) % 256, g: (number * 91) % 256, b: (number * 151) % 256 }
  return sharp({ create: { width: 24, height: 16, channels: 3, background } })
    .png()
    .toBuffer()
}

/** A working folder with tiny pictures: `{ 'data/roses': 3, unlabeled: 2 }`. */
export async function pictureFolder(counts: Readonly<Record<string, number>>): Promise<string> {
  const root = join(await tempFolder(), 'tf_files')
  let number = 0
  for (const [folder, count] of Object.entries(counts)) {
    await fs.ensureDir(join(root, folder))
    for (let at = 1; at <= count; at++)
      await fs.writeFile(join(root, folder, `p${at}.png`), await tinyPicture(++number))
  }
  return root
}

export async function openCollection(root: string, options = {}): Promise<Collection> {
  return Collection.open(studioFolder(root), options)
}

/** Every file below a folder, sorted, without studio's own. */
export async function filesIn(root: string): Promise<string[]> {
  const files = await fs.readdir(root, { recursive: true, withFileTypes: true })
  return files
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name).slice(root.length + 1))
    .filter(path => !path.startsWith('studio/'))
    .sort()
}

const TOKEN = '0123456789abcdef'.repeat(4)
const PORT = 4417
const PAGE = new Map([['', { bytes: new TextEncoder().encode('<title>studio</title>'), type: 'text/html' }]])

/** A studio's server without a network: `get('api/state')` asks as its own page would. */
export interface TestStudio {
  readonly studio: Studio
  readonly app: Hono
  /** `/<token>/` */
  readonly base: string
  readonly ask: (address: string, init?: RequestInit) => Promise<Response>
  /** The JSON of an answer; its status must be 2xx. */
  readonly json: <T>(address: string, init?: RequestInit) => Promise<T>
  readonly post: <T>(address: string, body: unknown) => Promise<T>
}

export async function openStudio(root: string, options: StudioOptions = { engine: false }): Promise<TestStudio> {
  const studio = await Studio.open(root, options)
  onTestFinished(() => studio.close('the test has ended'))
  const app = studioApp(studio, { token: TOKEN, port: () => PORT }, PAGE)
  const host = `127.0.0.1:${PORT}`
  const ask = async (address: string, init: RequestInit = {}) =>
    app.request(`http://${host}/${TOKEN}/${address}`, { ...init, headers: { host, ...init.headers } })
  const json = async <T>(address: string, init?: RequestInit) => {
    const answer = await ask(address, init)
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const post = <T>(address: string, body: unknown) => json<T>(address, { method: 'POST', body: JSON.stringify(body) })
  return { studio, app, base: `/${TOKEN}/`, ask, json, post }
}
