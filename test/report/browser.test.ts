import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderFindings } from '../../src/report/findingsPage.ts'
import { renderReport } from '../../src/report/renderReport.ts'
import { chromiumPath as executablePath } from '../helpers/chromium.ts'
import { findingsFixture, PIXEL, sampleReport } from '../helpers/reportFixture.ts'
import { violationsOf } from '../helpers/studioBrowser.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const required = process.env.ITC_REQUIRE_CHROMIUM === '1'

const folder = await sharedFolder()

test.runIf(required)('chromium is there, as ITC_REQUIRE_CHROMIUM asks', () => {
  expect(executablePath).toBeDefined()
})

describe.skipIf(executablePath === undefined)('the report in Chromium', () => {
  let url: string
  let browser: Browser
  let page: Page
  const errors: string[] = []
  const requests: string[] = []

  beforeAll(async () => {
    const path = join(folder, 'report.html')
    await writeFile(path, await renderReport(sampleReport(['cat', 'big_dog', 'hen'], 12), async () => PIXEL))
    url = pathToFileURL(path).href
    // Containers give it no namespaces to make its sandbox of; the page is our own.
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(error.message))
    page.on('request', request => {
      if (!request.url().startsWith('data:')) requests.push(request.url())
    })
    await page.goto(url)
  })

  afterAll(async () => {
    await browser?.close()
  })

  // As text: the page's world, with its document, is not the one these files are checked against.
  const inPage = <T>(expression: string) => page.evaluate(expression) as Promise<T>
  const focused = (selector: string) =>
    inPage<boolean>(`document.querySelector('${selector}') === document.activeElement`)
  const style = (selector: string, property: string) =>
    inPage<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`)

  test.each([3, 9])(
    'names of a hundred letters without a space keep to their places, with %i categories',
    async count => {
      const long = Array.from({ length: count }, (_, at) => `${at}${'Donaudampfschifffahrt'.repeat(5)}`.slice(0, 100))
      const path = join(folder, `long${count}.html`)
      await writeFile(path, await renderReport(sampleReport([...long, 'hen'], 12), async () => PIXEL))
      const narrow = await browser.newPage()
      await narrow.goto(pathToFileURL(path).href)
      for (const width of [375, 1280]) {
        await narrow.setViewportSize({ width, height: 800 })
        expect(await narrow.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
        const beyond =
          "[...document.querySelectorAll('th')].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)"
        expect(await narrow.evaluate(`${beyond}.map(({ outerHTML }) => outerHTML)`)).toEqual([])
      }
      await narrow.close()
    },
  )

  test('a click on a cell shows its pictures, another hides them', async () => {
    const cell = page.getByRole('button', { name: '2 pictures of cat named big dog: show' })
    await cell.click()
    expect(await page.locator('#cell h3').textContent()).toBe('2 of cat, named big dog')
    expect(await page.locator('#cell figure img').count()).toBe(2)
    expect(await page.locator('#cell .path').allTextContents()).toEqual(['cat/picture-5.jpg', 'cat/picture-11.jpg'])
    expect(await cell.getAttribute('aria-expanded')).toBe('true')
    await cell.click()
    expect(await page.locator('#cell').isHidden()).toBe(true)
  })

  test('the keyboard does the same, and Escape gives the focus back', async () => {
    const cell = page.locator('[data-cell="2-2"]')
    await cell.focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('#cell h3').textContent()).toBe('10 of hen, named right')
    expect(await focused('#cell h3')).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.locator('#cell').isHidden()).toBe(true)
    expect(await focused('[data-cell="2-2"]')).toBe(true)
  })

  test('one list holds mistakes and doubts, each picture once, and its tabs choose among them', async () => {
    const shown = page.locator('#mistakes li:visible')
    const all = await shown.count()
    await page.getByRole('button', { name: /^Doubtful labels \(5\)/ }).click()
    expect(await shown.count()).toBe(5)
    await page.getByRole('button', { name: /^All/ }).click()
    expect(await shown.count()).toBe(all)
    const paths = await page.locator('#mistakes .path').allTextContents()
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('axe finds nothing wrong', async () => {
    expect(await violationsOf(page)).toEqual([])
  })

  test('every picture has its pixels', async () => {
    const broken = await inPage<number>('[...document.images].filter(image => image.naturalWidth === 0).length')
    expect(broken).toBe(0)
    expect(await page.locator('#mistakes figure img').count()).toBe(6)
  })

  test.each([
    ['wide', 1200],
    ['narrow', 360],
  ])('nothing sticks out of a %s window, and its charts are shown', async (name, width) => {
    await page.setViewportSize({ width, height: 800 })
    expect(await inPage<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await page.locator(`#scores svg.${name}`).isVisible()).toBe(true)
    expect(await page.locator('#scores svg:visible').count()).toBe(1)
  })

  test('long names leave room for the matrix on a phone', async () => {
    const names = Array.from({ length: 14 }, (_, at) => `a_category_name_that_hardly_ends_${at}`)
    const phone = await browser.newPage({ viewport: { width: 360, height: 800 } })
    await phone.setContent(await renderReport(sampleReport(names, 6), async () => PIXEL))
    const region = (await phone.locator('#confusion .scroll').boundingBox())!
    const name = (await phone.locator('#confusion tbody th').first().boundingBox())!
    expect(name.width).toBeLessThan(region.width / 2)
    await phone.close()
  })

  test('the page of findings: axe finds nothing wrong, on a phone nothing sticks out, every picture is there', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 800 } })
    await phone.setContent(await renderFindings(findingsFixture(), async () => PIXEL))
    expect(await violationsOf(phone)).toEqual([])
    expect(await phone.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await phone.getByRole('img').count()).toBe(8)
    expect(await phone.getByRole('img', { name: 'dog/4.jpg' }).count()).toBe(1)
    await phone.close()
  })

  test.each(['light', 'dark'] as const)('text is readable in %s', async colorScheme => {
    await page.emulateMedia({ colorScheme })
    for (const selector of ['section p', 'p.soft', 'section a', '.said b', 'figcaption .path']) {
      const text = luminance(await style(selector, 'color'))
      const sheet = luminance(await style('section', 'backgroundColor'))
      expect((Math.max(text, sheet) + 0.05) / (Math.min(text, sheet) + 0.05)).toBeGreaterThan(4.5)
    }
  })

  test('on paper nothing asks to be chosen', async () => {
    const hint = page.getByText('Choose a number to see its pictures.')
    expect(await hint.isVisible()).toBe(true)
    await page.emulateMedia({ media: 'print' })
    expect(await hint.isVisible()).toBe(false)
    await page.emulateMedia({ media: null })
  })

  test('no error, and no request but for the page itself', () => {
    expect(errors).toEqual([])
    expect(requests).toEqual([url])
  })
})

/** Relative luminance of a colour as WCAG 2 defines it. */
function luminance(color: string): number {
  const [red, green, blue] = color.match(/[\d.]+/g)!.map(value => {
    const share = Number(value) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
