// node scripts/studio/picture.mjs: makes docs/studio.webp, the README's picture of `itc studio`, from the sample pictures
// and a camera that looks at one of the test pictures. Needs Chromium and a built program.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'itc-picture-'))
const root = join(folder, 'photographs')
await cp(path('tf_files/data'), join(root, 'data'), { recursive: true })
await cp(path('test_data'), join(root, 'unlabeled'), { recursive: true })

const video = join(folder, 'camera.mjpeg')
const seen = await sharp(path('test_data/owl.jpg'))
  .resize(640, 480, { fit: 'contain', background: '#fff' })
  .jpeg()
  .toBuffer()
await writeFile(video, Buffer.concat(Array.from({ length: 10 }, () => seen)))

const server = spawn(process.execPath, [path('bin/itc.js'), 'studio', root, '--no-open', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, ITC_CACHE: join(folder, 'cache') },
})
const [line] = await once(server.stdout, 'data')
server.stdout.resume()
const { address } = JSON.parse(String(line).split('\n')[0] ?? '')

const browser = await chromium.launch({
  executablePath: process.env.ITC_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ],
})
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 690 }, deviceScaleFactor: 1.5 })
  await page.goto(address)
  await page.getByRole('button', { name: 'Understood' }).click()
  await page.locator('[data-train]:enabled').click()
  await page.locator('.headline').waitFor({ timeout: 300_000 })
  await page.getByRole('button', { name: 'Start the camera' }).click()
  await page.locator('.model .bars li').first().waitFor({ timeout: 60_000 })
  await page.locator('.job').waitFor({ state: 'detached', timeout: 120_000 })
  // What was said goes by itself too, while the others are sent away.
  await page.locator('.notice').first().waitFor({ state: 'detached', timeout: 30_000 })
  await page.waitForTimeout(1500)
  const png = await page.screenshot()
  const { size } = await sharp(png).webp({ quality: 82 }).toFile(path('docs/studio.webp'))
  console.log(`docs/studio.webp: ${Math.round(size / 1000)} kB`)
} finally {
  await browser.close()
  server.kill('SIGTERM')
  await once(server, 'exit')
  await rm(folder, { recursive: true })
}
