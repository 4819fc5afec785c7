// node bench/studioPage.mjs [pictures] [to be grouped], after a build: the studio's page in Chromium, minimum, median and
// maximum: first paint, 100,000 pictures listed, a label's key to the paint, tiles, heap, the camera's guesses a second, its
// weight; and whether 20,000 pictures that are grouped keep the page from painting. Needs the temporary folder's disk.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { machine, spread, table } from './measure.mjs'
import { GOALS } from './studioGoals.mjs'
import { filled, idle, sources, withPage } from './studioServed.mjs'

const PICTURES = Number(process.argv[2] ?? 100_000)
const GROUPED = Number(process.argv[3] ?? 20_000)
const PAGE = fileURLToPath(new URL('../dist/studio-page/', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const rows = []
/** @param {string} what @param {number[]} values @param {string} goal */
function row(what, values, goal, digits = 0) {
  const { min, median, max } = spread(values)
  rows.push([what, ...[min, median, max].map(value => value.toFixed(digits)), goal])
  console.error(rows.at(-1)?.join(' | '))
}

// In the page: strings, as it is typed for the browser and this is not.
const FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
const LISTED = `new Promise(resolve => {
  const start = performance.now()
  location.hash = 'pictures/.unlabeled'
  const look = () => document.querySelector('[role=gridcell]') ? setTimeout(() => resolve(performance.now() - start)) : requestAnimationFrame(look)
  look()
})`
/** From the key to the first paint without the picture that it labels; and the same as the browser tells it, to the pixels. */
const WATCH_KEYS = `globalThis.paints = []
globalThis.told = []
new PerformanceObserver(list => {
  for (const { name, duration } of list.getEntries()) if (name === 'keydown') told.push(duration)
}).observe({ type: 'event', durationThreshold: 16 })
addEventListener('keydown', ({ key, timeStamp }) => {
  if (key !== '1' && key !== '2') return
  const before = document.activeElement?.dataset.id
  const look = () => document.querySelector('[data-id="' + before + '"]') === null
    ? setTimeout(() => paints.push(performance.now() - timeStamp)) : requestAnimationFrame(look)
  requestAnimationFrame(look)
}, true)`
/** The longest that nothing could be painted, and the script that was at work in the page in that time, if one was. */
const WATCH_FRAMES = `globalThis.gap = 0
globalThis.last = performance.now()
globalThis.busy = []
const beat = () => { gap = Math.max(gap, performance.now() - last); last = performance.now(); requestAnimationFrame(beat) }
beat()
new PerformanceObserver(list => {
  for (const { duration, scripts } of list.getEntries())
    busy.push([duration, Math.max(0, ...scripts.map(script => script.duration))])
}).observe({ type: 'long-animation-frame' })`
const LONGEST = `(() => {
  const longest = [gap, ...(busy.toSorted((a, b) => b[0] - a[0])[0] ?? [0, 0])]
  gap = 0
  busy = []
  return longest
})()`

/** The 95th. */
function percentile(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(0.95 * values.length)]
}

async function measureList(browser, address) {
  const paints = []
  const lists = []
  const heaps = []
  const tiles = []
  for (let run = 0; run < 5; run++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(address)
    await page.locator('.cards .card').first().waitFor()
    paints.push(await page.evaluate(FIRST_PAINT))
    lists.push(await page.evaluate(LISTED))
    for (const key of ['End', 'PageUp', 'PageUp', 'Home']) {
      await page.locator('[role=gridcell][tabindex="0"]').press(key)
      await page.waitForTimeout(200)
      tiles.push(await page.locator('[role=gridcell]').count())
    }
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'))
    heaps.push((metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1e6)
    await page.close()
  }
  const count = PICTURES.toLocaleString('en')
  row('first paint, ms', paints, GOALS.firstPaint)
  row(`${count} pictures listed, to the paint, ms`, lists, GOALS.listed)
  row('tiles in the page', tiles, GOALS.tiles)
  row(`JavaScript heap with ${count} pictures, MB`, heaps, GOALS.heap, 1)
}

async function measureKeys(browser, address, what) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${address}#pictures/.unlabeled`)
  await page.locator('[role=gridcell]').first().click()
  await page.keyboard.press('Escape')
  await idle(page)
  await page.evaluate(WATCH_KEYS)
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press(at % 2 ? '1' : '2')
    await page.waitForTimeout(150)
  }
  const paints = (await page.evaluate('paints')).sort((a, b) => a - b)
  row(`a label's key to the paint, ${what}, ms`, paints, '')
  row(`the same, 95th percentile of ${paints.length}`, [percentile(paints)], GOALS.label)
  // Those under 16 ms are not told.
  const told = await page.evaluate('told')
  const all = [...told, ...Array.from({ length: Math.max(0, paints.length - told.length) }, () => 16)]
  row('95th percentile by Event Timing, in steps of 8', [percentile(all)], GOALS.label)
}

async function measureCamera(browser, address) {
  const page = await browser.newPage()
  await page.goto(`${address}#try`)
  await page.getByRole('button', { name: 'Start the camera' }).click()
  await page.locator('.bars li').first().waitFor({ timeout: 120_000 })
  let answers = 0
  page.on('response', answer => {
    if (answer.url().endsWith('api/guess') && answer.ok()) answers++
  })
  const rates = []
  for (let second = 0; second < 10; second++) {
    answers = 0
    await page.waitForTimeout(1000)
    rates.push(answers)
  }
  row('guesses a second of the camera', rates, GOALS.camera)
}

async function measureGroups(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${address}#sort/groups`)
  await page.evaluate(WATCH_FRAMES)
  const pauses = async what => {
    const [gap, frame, script] = await page.evaluate(LONGEST)
    row(`longest without a painted frame, ${what}, ms`, [gap], '')
    if (frame > 0) row('longest frame in that time, and scripts in it, ms', [script, frame], '')
  }
  const start = performance.now()
  await page.locator('.group').first().waitFor({ timeout: 3_000_000 })
  row(`first groups of ${GROUPED.toLocaleString('en')} new pictures, s`, [(performance.now() - start) / 1000], '', 1)
  await pauses('until the first groups')
  while ((await page.locator('.job', { hasText: 'Looking at new' }).count()) > 0) await page.waitForTimeout(1000)
  row('all of them looked at, s', [(performance.now() - start) / 1000], '', 1)
  await pauses('while all are looked at')
  const slider = page.getByLabel('Fewer groups, or purer ones')
  for (const [what, key] of [
    ['all grouped', 'ArrowRight'],
    ['grouped anew, purer', 'ArrowRight'],
  ]) {
    const asked = performance.now()
    await slider.press(key)
    await page.waitForTimeout(100)
    await page.locator('.group').first().waitFor({ timeout: 3_000_000 })
    row(`${what}, s`, [(performance.now() - asked) / 1000], '', 1)
    await pauses(what)
  }
  await page.locator('.group [name=name]').first().fill('first')
  await page
    .locator('.group')
    .first()
    .getByRole('button', { name: /^Name / })
    .click()
  await page.locator('.undo-title', { hasText: 'first' }).waitFor({ timeout: 120_000 })
  await pauses('while the first is named')
}

/** Distinct pictures, small: parts of the sample in other colours. */
async function distinct(folder, count) {
  mkdirSync(folder, { recursive: true })
  for (let at = 0; at < count; at++) {
    const side = 90 + (at % 60)
    await sharp(sources[at % sources.length])
      .resize(160, 160, { fit: 'cover' })
      .extract({ left: at % 10, top: at % 7, width: side, height: side })
      .modulate({ hue: (at * 47) % 360 })
      .jpeg()
      .toFile(join(folder, `${String(at).padStart(6, '0')}.jpg`))
  }
}

try {
  if (PICTURES > 0) {
    const large = join(root, 'large')
    filled(join(large, 'data/a'), 20)
    filled(join(large, 'data/b'), 20)
    filled(join(large, 'unlabeled'), PICTURES)
    await withPage(root, large, { engine: false }, async (browser, address) => {
      await measureList(browser, address)
      await measureKeys(browser, address, `among ${PICTURES.toLocaleString('en')} pictures`)
    })
    const small = join(root, 'small')
    filled(join(small, 'data/a'), 40)
    filled(join(small, 'data/b'), 40)
    filled(join(small, 'unlabeled'), 100)
    await withPage(root, small, { engine: false }, (browser, address) => measureKeys(browser, address, 'among 100'))
    await withPage(root, small, {}, measureCamera)
  }
  const parts = readdirSync(join(PAGE, 'assets')).filter(name => /\.(js|css)$/.test(name))
  const weight = parts.reduce((sum, name) => sum + gzipSync(readFileSync(join(PAGE, 'assets', name))).length, 0)
  row('scripts and styles, gzipped, kB', [weight / 1000], GOALS.weight, 1)
  if (GROUPED > 0) {
    const unsorted = join(root, 'unsorted')
    await distinct(join(unsorted, 'unlabeled'), GROUPED)
    await withPage(root, unsorted, {}, measureGroups)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
console.log(`${machine()}\n\n${table(['what', 'min', 'median', 'max', 'goal'], rows)}`)
process.exit(0)
