import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fs from 'fs-extra'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { chromiumPath } from '../helpers/chromium.ts'
import { SAMPLE, sampleFolder } from '../helpers/pictures.ts'
import { browserWithCamera, complaintsOf, serveStudio, violationsOf } from '../helpers/studioBrowser.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const needsBrowser = chromiumPath === undefined && !process.env.ITC_REQUIRE_CHROMIUM
const MOST_KEYS = 40

/** Counts what a person presses. */
class Keyboard {
  readonly #page: Page
  pressed = 0

  constructor(page: Page) {
    this.#page = page
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.pressed++
      await this.#page.keyboard.press(key)
    }
  }

  async hold(key: string, until: () => Promise<unknown>): Promise<void> {
    this.pressed++
    await this.#page.keyboard.down(key)
    await until()
    await this.#page.keyboard.up(key)
  }

  /** Tab until something has the focus. */
  async reach(selector: string): Promise<void> {
    const focused = this.#page.locator(`${selector}:focus`)
    while ((await focused.count()) === 0) {
      if (this.pressed > MOST_KEYS) throw new Error(`${selector} is not reached`)
      await this.press('Tab')
    }
  }
}

/** Waits for the end of a training; one that failed says why at once. */
async function trained(page: Page): Promise<void> {
  await page.locator('.headline, .notice.wrong').first().waitFor()
  expect(await page.locator('.notice.wrong').allInnerTexts()).toEqual([])
}

test.skipIf(needsBrowser)(
  'from an empty folder to a trained model with keyboard and camera; five labels corrected, one undone, the page taken away',
  async () => {
    const root = join(await tempFolder(), 'tf_files')
    const { address, end } = await serveStudio(root, await tempFolder())
    const page = await (await browserWithCamera()).newPage()
    const complaints = complaintsOf(page, address)
    const keys = new Keyboard(page)
    await page.goto(address)
    await page.getByText('What do you want to tell apart?').waitFor()
    await keys.reach('[name=first]')
    await keys.press(...'ball', 'Tab', ...'box', 'Enter')
    await page.locator('[data-hold=box]').waitFor()
    // The focus goes there once; a string that is polled in the page would need the eval that its policy forbids.
    await page.locator('[data-hold]:focus').waitFor()
    for (const category of ['ball', 'box']) {
      await keys.reach(`[data-hold=${category}]`)
      // For as long as it takes, as a person would: the button counts.
      const enough = page.locator(`[data-hold=${category}].on`, { hasText: /\d{2}/ })
      await keys.hold('Space', () => enough.waitFor())
      await page.locator('.undo-title', { hasText: `added to ${category}` }).waitFor()
    }
    await page.locator('[data-train]:enabled').waitFor()
    await keys.reach('[data-train]')
    await keys.press('Enter')
    await trained(page)
    expect(keys.pressed).toBeLessThanOrEqual(MOST_KEYS)
    console.log(`${keys.pressed} keys from an empty folder to a trained model`)
    expect((await readdir(join(root, 'data/ball'))).length).toBeGreaterThanOrEqual(3)
    expect(await fs.pathExists(join(root, 'retrained_graph.pb'))).toBe(true)

    // What the camera shows is named at once.
    await page.locator('.model .bars li').first().waitFor()
    await page.locator('.job').waitFor({ state: 'detached' })

    // With the mouse, one category right behind the other: the first button loses the focus to the second.
    for (const category of ['ball', 'box']) {
      await page.locator(`[data-hold=${category}]`).hover()
      await page.mouse.down()
      await page.locator(`[data-hold=${category}].on`, { hasText: /\d{2}/ }).waitFor()
      await page.mouse.up()
      await page.locator(`[data-hold=${category}]:not(.on)`).waitFor()
      await page.locator('.undo-title', { hasText: `added to ${category}` }).waitFor()
    }

    // Five labels are corrected, one key each, and one of them is taken back.
    const count = async (category: string) => (await readdir(join(root, 'data', category))).length
    const [balls, boxes] = [await count('ball'), await count('box')]
    await page.goto(`${address}#pictures/ball`)
    await page.locator('[role=gridcell]').first().click()
    for (let corrected = 1; corrected <= 5; corrected++) {
      await keys.press('2')
      await expect.poll(() => count('box')).toBe(boxes + corrected)
    }
    // However long the picture's name is, and however narrow the page, where it went can be read.
    const where = page.locator('.undo-title .where', { hasText: '→ box' })
    await where.waitFor()
    await page.setViewportSize({ width: 390, height: 800 })
    const isCut = "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('.where'))"
    expect([await where.isVisible(), await page.evaluate(isCut)]).toEqual([true, false])
    await page.setViewportSize({ width: 1280, height: 720 })
    await keys.press('Control+z')
    await expect.poll(() => count('box')).toBe(boxes + 4)
    expect(await count('ball')).toBe(balls - 4)
    await page.goto(`${address}#pictures`)
    await page.locator('.stale', { hasText: '4 moved' }).waitFor()

    // The page is taken away: it names pictures where no studio is.
    await page.goto(`${address}#share`)
    await page.getByRole('button', { name: 'Export A page' }).click()
    await page.locator('.card', { hasText: 'A page' }).locator('code').waitFor()
    const exported = await page.locator('.card', { hasText: 'A page' }).locator('code').innerText()
    const away = await tempFolder()
    await fs.move(join(root, exported), join(away, 'page'))
    const taken = await (await browserWithCamera()).newPage()
    await taken.goto(pathToFileURL(join(away, 'page/index.html')).href)
    await taken.locator('body[data-ready]').waitFor()
    const [ball] = await readdir(join(root, 'data/ball'))
    await taken.setInputFiles('#file', join(root, 'data/ball', ball!))
    await taken.locator('#scores li').first().waitFor()

    // The server goes: the page says so, waits, and finds it again.
    expect(complaints).toEqual([])
    await page.goto(`${address}#pictures`)
    await end()
    await page.locator('.banner[role=alert]').waitFor()
    expect(await page.locator('[data-train]').isDisabled()).toBe(true)
  },
)

test.skipIf(needsBrowser)('a training that went with its studio is told of when another one is there', async () => {
  const root = await sampleFolder(await tempFolder(), ['bird', 'bug'], 30)
  const cache = await tempFolder()
  const first = await serveStudio(root, cache)
  const page = await (await browserWithCamera()).newPage()
  await page.goto(first.address)
  await page.getByLabel('Networks').selectOption('best')
  await page.locator('[data-train]:enabled').click()
  await page.locator('.job', { hasText: 'Training' }).waitFor()
  await first.end()
  await page.locator('.banner[role=alert]').waitFor()
  await serveStudio(root, cache)
  await page.locator('.notice.wrong', { hasText: 'Training ended with the studio. Begin it again.' }).waitFor()
  await page.locator('[data-train]:enabled').waitFor()
  expect(await page.locator('.job', { hasText: 'Training' }).count()).toBe(0)
})

const SCREENS = [
  'pictures',
  'pictures/bird',
  'sort/groups',
  'sort/suggestions',
  'sort/one',
  'check',
  'results',
  'try',
  'share',
]

test.skipIf(needsBrowser)(
  'every screen, wide and narrow, light and dark, is fine to axe and asks nobody else',
  async () => {
    const root = join(await tempFolder(), 'tf_files')
    for (const name of ['bird', 'fruit']) {
      const pictures = (await readdir(join(SAMPLE, name))).sort()
      for (const [at, picture] of pictures.slice(0, 24).entries()) {
        await fs.copy(join(SAMPLE, name, picture), join(root, at < 14 ? `data/${name}` : 'unlabeled', picture))
      }
    }
    const { address } = await serveStudio(root, await tempFolder())
    const page = await (await browserWithCamera()).newPage()
    const complaints = complaintsOf(page, address)
    await page.goto(address)
    await page.locator('[data-train]:enabled').click()
    await trained(page)
    const found: string[] = []
    for (const screen of SCREENS) {
      await page.goto(`${address}#${screen}`)
      await page.locator('main').filter({ hasNotText: 'Looking …' }).waitFor()
      await page.waitForTimeout(300)
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 390]) {
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize({ width, height: 800 })
          const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
          // Colours are all that a dark page has of its own.
          const axe = await violationsOf(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)
          const wrong = [...axe, ...(wider > 0 ? [`${wider} pixels too wide`] : [])]
          found.push(...wrong.map(each => `${screen} ${width} ${colorScheme}: ${each}`))
        }
      }
    }
    expect(found).toEqual([])
    await page.goto(`${address}#results`)
    const opens = page.context().waitForEvent('page')
    await page.getByRole('link', { name: 'Open the report' }).click()
    const report = await opens
    // A page that is on its way can't be loaded again yet.
    await report.getByRole('heading', { level: 1 }).first().waitFor()
    const complaintsOfReport = complaintsOf(report, address)
    await report.reload()
    await report.getByRole('heading', { level: 1 }).first().waitFor()
    expect([...complaints, ...complaintsOfReport]).toEqual([])
  },
)

test.skipIf(needsBrowser)(
  'labels given by key move files, and the page finds a studio that was started again',
  async () => {
    const root = join(await tempFolder(), 'tf_files')
    const cache = await tempFolder()
    for (const name of ['bird', 'fruit']) {
      const pictures = (await readdir(join(SAMPLE, name))).sort().slice(0, 4)
      for (const picture of pictures) await fs.copy(join(SAMPLE, name, picture), join(root, 'data', name, picture))
    }
    const first = await serveStudio(root, cache)
    const page = await (await browserWithCamera()).newPage()
    await page.goto(`${first.address}#pictures/bird`)
    await page.locator('[role=gridcell]').first().click()
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('2')
    await page.locator('.undo-title', { hasText: '2 → fruit' }).waitFor()
    expect((await readdir(join(root, 'data/fruit'))).length).toBe(6)
    // A label that never reached the server waits, and is told again to the one that comes back.
    await page.route('**/api/ops', route => route.abort())
    await page.locator('[role=gridcell]').first().click()
    await page.keyboard.press('2')
    await page.getByText('1 unsaved').waitFor()
    await page.unroute('**/api/ops')
    await first.end()
    await page.locator('.banner[role=alert]').waitFor()
    const second = await serveStudio(root, cache)
    expect(second.address).toBe(first.address)
    await page.locator('.banner[role=alert]').waitFor({ state: 'detached' })
    await expect.poll(async () => (await readdir(join(root, 'data/bird'))).length).toBe(1)
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1)
    for (const [title, held] of [
      ['.jpg → fruit', 2],
      ['2 → fruit', 4],
    ] as const) {
      await page.locator('.undo-title', { hasText: title }).waitFor()
      await page.keyboard.press('Control+z')
      await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(held)
    }
    expect((await readdir(join(root, 'data/bird'))).length).toBe(4)
  },
)
