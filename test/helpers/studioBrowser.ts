import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { startItc } from './itc.ts'
import { tempFolder } from './tempFolder.ts'

/** `itc studio` in a process of its own. */
export interface ServedStudio {
  readonly address: string
  readonly end: () => Promise<void>
}

/** @param cache where its address is kept, so that a second one for the folder has the same */
export async function serveStudio(root: string, cache: string): Promise<ServedStudio> {
  const { child, prints, ended } = startItc(['studio', root, '--no-open', '--json'], { env: { ITC_CACHE: cache } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const line = once(child.stdout!, 'data')
  await prints(/address/)
  const { address } = JSON.parse(String((await line)[0]).split('\n')[0]!)
  const end = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { address, end }
}

/** What is waited for comes or never does: how soon depends on what else the machine has to do. In milliseconds. */
const PATIENCE_MS = 180_000

/** A browser that ends with the test; its pages have one profile, as tabs have. */
async function browserWith(args: readonly string[]): Promise<BrowserContext> {
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', ...args] })
  onTestFinished(() => browser.close())
  const context = await browser.newContext()
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

/** A browser that has no camera to show, or is not let to use it. */
export async function browserWithoutCamera(why: 'none' | 'refused' = 'none'): Promise<BrowserContext> {
  return browserWith(why === 'refused' ? ['--use-fake-device-for-media-stream', '--deny-permission-prompts'] : [])
}

/** A browser whose camera shows, in turn, a red ball that wanders over green, and a blue box over yellow. */
export async function browserWithCamera(): Promise<BrowserContext> {
  const video = join(await tempFolder(), 'camera.mjpeg')
  const frames = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      sharp(Buffer.from(scene(at)))
        .jpeg()
        .toBuffer(),
    ),
  )
  await writeFile(video, Buffer.concat(frames))
  return browserWith([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ])
}

function scene(at: number): string {
  const step = at % 30
  const content =
    at < 30
      ? `<rect width="320" height="240" fill="#274"/><circle cx="${60 + step * 6}" cy="${100 + step * 2}" r="50" fill="#e33"/>`
      : `<rect width="320" height="240" fill="#fd8"/><rect x="${40 + step * 6}" y="${40 + step * 2}" width="90" height="100" fill="#124"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">${content}</svg>`
}

/** What a page asked of others than its own server, and what it complained of; both should stay empty. */
export function complaintsOf(page: Page, address: string): string[] {
  const complaints: string[] = []
  page.on('request', request => {
    const url = request.url()
    if (!url.startsWith(address) && !url.startsWith('blob:') && !url.startsWith('data:'))
      complaints.push(`asked ${url}`)
  })
  page.on('pageerror', error => complaints.push(String(error.stack ?? error)))
  page.on('console', message => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

const require = createRequire(import.meta.url)
const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with a page as it is now, a line each. @param rules all of them unless given */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Not as a script of the page: its policy allows none.
  await page.evaluate(AXE)
  const results = (await page.evaluate(`axe.run(${JSON.stringify(rules ? { runOnly: rules } : {})})`)) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`))
}
