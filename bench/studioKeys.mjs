// node bench/studioKeys.mjs [pictures], after a build: what keeps a label's key from its paint, from Chromium's own trace of 60
// keys: processor time of each thread until the paint, which other work on the machine changes little, and what the main
// thread did in the slowest keys. Tracing itself makes them slower: times are studioPage.mjs' to tell.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filled, idle, withPage } from './studioServed.mjs'

const PICTURES = Number(process.argv[2] ?? 1000)
const KEYS = 60
const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', 'cc']
const MARK_KEYS = `addEventListener('keydown', () => {
  performance.mark('key')
  requestAnimationFrame(() => setTimeout(() => performance.mark('painted')))
}, true)`
const root = mkdtempSync(join(tmpdir(), 'itc-bench-'))

async function traced(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${address}#pictures/.unlabeled`)
  await page.locator('[role=gridcell]').first().click()
  await page.keyboard.press('Escape')
  await idle(page)
  await page.evaluate(MARK_KEYS)
  await browser.startTracing(page, { categories: CATEGORIES })
  for (let at = 0; at < KEYS; at++) {
    await page.keyboard.press(at % 2 ? '1' : '2')
    await page.waitForTimeout(150)
  }
  return JSON.parse((await browser.stopTracing()).toString()).traceEvents
}

const threadOf = ({ pid, tid }) => `${pid}/${tid}`
const isTask = ({ name }) => /^(RunTask|ThreadPool_RunTask|ThreadControllerImpl::RunTask)$/.test(name)

/** From each key to its paint, in microseconds. */
function keysOf(events) {
  const keys = []
  for (const { name, ts } of events.filter(event => event.name === 'key' || event.name === 'painted')) {
    if (name === 'key') keys.push({ from: ts, to: Number.POSITIVE_INFINITY })
    else keys[keys.length - 1].to = Math.min(keys.at(-1).to, ts)
  }
  return keys.filter(({ to }) => Number.isFinite(to))
}

/** Milliseconds of processor time a key until its paint, of each kind of thread. */
function threads(events, keys) {
  const names = new Map(events.filter(({ name }) => name === 'thread_name').map(e => [threadOf(e), e.args.name]))
  const ends = new Map()
  const sums = new Map()
  for (const task of events.filter(isTask)) {
    // Of tasks within tasks the outermost counts.
    if (task.ts < (ends.get(threadOf(task)) ?? 0)) continue
    ends.set(threadOf(task), task.ts + (task.dur ?? 0))
    if (!keys.some(({ from, to }) => task.ts > from - 3000 && task.ts < to)) continue
    const name = names.get(threadOf(task)) ?? 'another'
    sums.set(name, (sums.get(name) ?? 0) + (task.tdur ?? 0) / 1000 / keys.length)
  }
  return [...sums].filter(([, time]) => time >= 0.3).sort((a, b) => b[1] - a[1])
}

function tell(events) {
  const keys = keysOf(events)
  const main = threadOf(events.find(({ name }) => name === 'key'))
  for (const [name, time] of threads(events, keys))
    console.log(`${name}: ${time.toFixed(1)} ms of processor time a key`)
  for (const [what, name] of Object.entries({
    'frames of the main thread': /^ProxyMain::BeginMainFrame$/,
    'stretches drawn': /RasterTask/,
    'pictures decoded or looked up': /ImageDecode|Decode.*Image/,
  })) {
    const found = events.filter(event => name.test(event.name) && (event.ph === 'X' || event.ph === 'B')).length
    console.log(`${what}: ${(found / keys.length).toFixed(1)} a key`)
  }
  for (const { from, to } of keys.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, 3)) {
    console.log(`\n${((to - from) / 1000).toFixed(0)} ms to the paint; on the main thread, wall and processor time:`)
    const within = events.filter(e => threadOf(e) === main && e.dur > 2000 && e.ts < to && e.ts + e.dur > from)
    for (const { name, ts, dur, tdur = 0 } of within.filter(event => !isTask(event)))
      console.log(
        `  +${((ts - from) / 1000).toFixed(0)} ${name}: ${(dur / 1000).toFixed(1)}, ${(tdur / 1000).toFixed(1)}`,
      )
  }
}

try {
  filled(join(root, 'set/data/a'), 20)
  filled(join(root, 'set/data/b'), 20)
  filled(join(root, 'set/unlabeled'), PICTURES)
  await withPage(root, join(root, 'set'), { engine: false }, async (browser, address) => {
    const events = await traced(browser, address)
    tell(events.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)))
  })
} finally {
  rmSync(root, { recursive: true, force: true })
}
process.exit(0)
