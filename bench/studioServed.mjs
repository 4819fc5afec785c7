// The studio with a folder of its own and Chromium beside it, as the benches of its page have them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { serveStudio } from '../dist/studio/server/serve.js'

const SAMPLE = fileURLToPath(new URL('../tf_files/data/', import.meta.url))

export const sources = readdirSync(SAMPLE).flatMap(category =>
  readdirSync(join(SAMPLE, category)).map(name => join(SAMPLE, category, name)),
)
const seeds = await Promise.all(
  sources.map(path => sharp(path).resize(120, 90, { fit: 'cover' }).jpeg({ quality: 50 }).toBuffer()),
)
/** Runs `work` with the page of a folder's studio. @param {string} root for what is kept beside it */
export async function withPage(root, folder, options, work) {
  const stop = new AbortController()
  let served
  const address = await new Promise((resolve, reject) => {
    served = serveStudio(folder, {
      ...options,
      cacheFolder: join(root, 'cache'),
      signal: stop.signal,
      onReady: resolve,
    })
    served.catch(reject)
  })
  const video = join(root, 'camera.mjpeg')
  const frames = sources.slice(0, 20).map(path => sharp(path).resize(640, 480, { fit: 'cover' }).jpeg().toBuffer())
  writeFileSync(video, Buffer.concat(await Promise.all(frames)))
  const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']
  const browser = await chromium.launch({
    executablePath: process.env.ITC_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-precise-memory-info', ...camera, `--use-file-for-fake-video-capture=${video}`],
  })
  try {
    await work(browser, address)
  } finally {
    await browser.close()
    stop.abort()
    await served
  }
}

/** Small files, no two the same: what is listed is never decoded but for what is in sight. */
export function filled(folder, count) {
  mkdirSync(folder, { recursive: true })
  for (let at = 0; at < count; at++) {
    // Stray bytes behind the end make each another file.
    const bytes = Buffer.concat([seeds[at % seeds.length], Buffer.from(`${folder}${at}`)])
    writeFileSync(join(folder, `${String(at).padStart(6, '0')}.jpg`), bytes)
  }
  // Nobody labels while the disk is still writing what a bench has just made.
  if (process.platform !== 'win32') execFileSync('sync')
}

/** Waits until the page has all pictures that are in sight: goals are for an idle one. */
export async function idle(page) {
  // Asked from here: a string that is polled in the page would need the eval that its policy forbids.
  while (!(await page.evaluate('[...document.images].every(image => image.complete)'))) await page.waitForTimeout(100)
  await page.waitForTimeout(500)
}
