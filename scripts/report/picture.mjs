// node scripts/report/picture.mjs: makes docs/report.webp, the README's picture of a training's report, of the sample
// photographs. Needs Chromium and a built program.
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'itc-picture-'))
const root = join(folder, 'tf_files')
try {
  await cp(path('tf_files/data'), join(root, 'data'), { recursive: true })
  spawnSync(process.execPath, [path('bin/itc.js'), 'train', root], { stdio: 'inherit' })
  const executablePath = process.env.ITC_CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1080, height: 900 }, deviceScaleFactor: 1.5 })
  await page.goto(pathToFileURL(join(root, 'report.html')).href)
  const png = await page.screenshot()
  await browser.close()
  const { size } = await sharp(png).webp({ quality: 82 }).toFile(path('docs/report.webp'))
  console.log(`docs/report.webp: ${Math.round(size / 1000)} kB`)
} finally {
  await rm(folder, { recursive: true })
}
