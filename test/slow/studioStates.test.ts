import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { train as trainIn } from '../../src/jobs/train/train.ts'
import { chromiumPath } from '../helpers/chromium.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { browserWithoutCamera, complaintsOf, violationsOf } from '../helpers/studioBrowser.ts'
import { pictureFolder, tinyPicture } from '../helpers/studioFixture.ts'
import { studioHere } from '../helpers/studioHere.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const needsBrowser = chromiumPath === undefined && !process.env.ITC_REQUIRE_CHROMIUM

/** As long as a name may be, and nowhere to break it. */
const LONG = 'Donaudampfschifffahrt'.repeat(5).slice(0, 100)

/** What is wrong with a page in a state, wide and narrow. */
async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = []
  for (const [width, colorScheme] of [
    [390, 'dark'],
    [1280, 'light'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    faults.push(...(await violationsOf(page)), ...(wider > 0 ? [`${wider} pixels too wide at ${width}`] : []))
  }
  return faults
}

test.skipIf(needsBrowser)(
  'an empty folder, one category, too few pictures: what can be done, and why not more',
  async () => {
    const root = await pictureFolder({ data: 0 })
    const { address } = await studioHere(root)
    const page = await (await browserWithoutCamera()).newPage()
    const complaints = complaintsOf(page, address)
    await page.goto(address)
    await page.getByRole('button', { name: 'try the sample' }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.locator('[name=first]').fill('cat')
    await page.locator('[name=second]').fill('dog')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('cat has no picture yet: 3 are the least.').waitFor()
    await page.reload()
    await page.getByText('cat has no picture yet: 3 are the least.').waitFor()
    expect(await page.locator('[data-train]').isDisabled()).toBe(true)
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'More for dog' }).click()
    await page.getByRole('button', { name: 'Remove …' }).click()
    await page.getByRole('button', { name: 'Pictures become unlabelled' }).click()
    await page.getByText('Make two categories at least: a classifier tells things apart.').waitFor()
    // There is no camera here: a sentence says so, and files still work.
    await page.getByRole('button', { name: 'Start the camera' }).click()
    await page.getByText('No camera was found. Plug one in, or add pictures as files.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    const files = await Promise.all(
      [1, 2].map(async at => ({ name: `p${at}.png`, mimeType: 'image/png', buffer: await tinyPicture(at) })),
    )
    await page.getByLabel('Add files to cat').setInputFiles(files)
    await page.locator('.notice', { hasText: '2 pictures added to cat.' }).waitFor()
    await page.getByText('2 of 20').waitFor()
    // What can't be used is said, a file that the server would hang up on, too.
    const large = join(await tempFolder(), 'large.png')
    await writeFile(large, Buffer.alloc(64_000_001))
    const bad = join(await tempFolder(), 'bad.jpg')
    await writeFile(bad, 'no picture at all')
    for (const dismiss of await page.getByRole('button', { name: 'Dismiss' }).all()) await dismiss.click()
    await page.getByLabel('Add files to cat').setInputFiles([large, bad])
    const notice = page.locator('.notice', { hasText: '2 files can’t be used.' })
    await notice.getByText('large.png: The picture has more than 64 MB.').waitFor()
    await notice.getByText(/^bad.jpg: This file can't be used: not a picture/).waitFor()
    expect(await page.locator('.notice', { hasText: '0 pictures' }).count()).toBe(0)
    expect(complaints).toEqual([])
  },
)

/** A folder dropped on the page, as a browser hands it over; its files hold their own names. */
const DROP_FOLDER = `(names => {
  const file = name => ({ isFile: true, isDirectory: false, name, file: take => take(new File([name], name)) })
  const parts = [names.map(file), []]
  const entry = { isFile: false, isDirectory: true, name: 'seeds', createReader: () => ({ readEntries: take => take(parts.shift()) }) }
  const event = new Event('drop', { bubbles: true, cancelable: true })
  const dataTransfer = { types: ['Files'], files: [entry], items: [{ webkitGetAsEntry: () => entry }] }
  document.querySelector('main').dispatchEvent(Object.defineProperty(event, 'dataTransfer', { value: dataTransfer }))
})`

test.skipIf(needsBrowser)(
  'of a dropped folder, all that itc takes for a picture comes along, and nothing else',
  async () => {
    const { address } = await studioHere(await pictureFolder({ 'data/a': 1, 'data/b': 1 }))
    const page = await (await browserWithoutCamera()).newPage()
    await page.goto(address)
    await page.locator('.card').first().waitFor()
    const pictures = ['a.TGA', 'b.ppm', 'c.jfif', 'd.heic', 'e.jpg', 'f.dib']
    await page.evaluate(`${DROP_FOLDER}(${JSON.stringify([...pictures, '.g.jpg', 'Thumbs.db', 'h.txt'])})`)
    await page.getByRole('dialog').getByText(`${pictures.length} pictures`).waitFor()
  },
)

test.skipIf(needsBrowser)('a camera that may not be used has its own sentence', async () => {
  const { address } = await studioHere(await pictureFolder({ 'data/a': 1, 'data/b': 1 }))
  const page = await (await browserWithoutCamera('refused')).newPage()
  await page.goto(`${address}#try`)
  await page.getByRole('button', { name: 'Start the camera' }).click()
  await page.getByText('The browser may not use the camera.').waitFor()
  // What browsers say of a camera that another program has: no second program can be had here.
  await page.addInitScript(
    "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('in use', 'NotReadableError'))",
  )
  await page.reload()
  await page.getByRole('button', { name: 'Start the camera' }).click()
  await page.getByText('Another program uses the camera. Close that one, then try again.').waitFor()
})

test.skipIf(needsBrowser)('without its engine: a banner, a way to begin anew, and labels by hand', async () => {
  const root = await pictureFolder({ 'data/a': 3, 'data/b': 3, unlabeled: 2 })
  await writeFile(join(root, 'data/a/broken.jpg'), 'no picture at all')
  const script = join(await tempFolder(), 'child.mjs')
  await writeFile(script, 'process.exit(1)')
  const { address } = await studioHere(root, { script })
  const page = await (await browserWithoutCamera()).newPage()
  await page.goto(address)
  await page.getByText('What looks at the pictures has ended three times in a row.').waitFor()
  await page.reload()
  await page.getByText('What looks at the pictures has ended three times in a row.').waitFor()
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${address}#sort/one`)
  await page.getByRole('region', { name: 'One by one' }).press('2')
  await page.locator('.undo-title', { hasText: '.png → b' }).waitFor()
  expect(await readdir(join(root, 'data/b'))).toHaveLength(4)
  // A file that can't be read is a tile, with its reason when opened.
  await page.goto(`${address}#pictures/a`)
  await page.locator('[role=gridcell]').first().waitFor()
  await page.locator('[role=gridcell]', { hasText: 'can’t be read' }).dblclick()
  await page.getByText(/This file can’t be read: .*not a picture/).waitFor()
  // Nobody can say that it is fine; it can be taken away, and its name says which file it is.
  await page.getByRole('button', { name: 'Close' }).click()
  await page.goto(`${address}#check`)
  await page.getByRole('button', { name: /^Can’t be read/ }).click()
  await page.getByText('data/a/broken.jpg').waitFor()
  expect(await page.getByRole('button', { name: 'It’s fine' }).count()).toBe(0)
  await page.goto(`${address}#pictures/a`)
  await page.locator('[role=gridcell]', { hasText: 'can’t be read' }).dblclick()
  expect(await faultsOf(page)).toEqual([])
  // Mended, it begins anew.
  await writeFile(script, "process.on('message', ({ kind }) => kind === 'open' && process.send({ kind: 'ready' }))")
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Start again' }).click()
  await page.locator('.banner.wrong').waitFor({ state: 'detached' })
})

test.skipIf(needsBrowser)('names of a hundred letters without a space make no screen wider than it is', async () => {
  const root = await pictureFolder({ [`data/${LONG}`]: 3, 'data/فضاء خارجي': 2, unlabeled: 2 })
  const { address } = await studioHere(root)
  const page = await (await browserWithoutCamera()).newPage()
  for (const screen of ['pictures', `pictures/${LONG}`, 'sort/one', 'try', 'share']) {
    await page.goto(`${address}#${encodeURI(screen)}`)
    await page.locator('.card, [role=gridcell], .one, .try').first().waitFor()
    expect(await faultsOf(page), screen).toEqual([])
  }
  // Said so that it works wherever the terminal is.
  expect(await page.locator('code', { hasText: 'itc watch' }).innerText()).toContain(root)
  await page.goto(`${address}#pictures/${LONG}`)
  await page.locator('[role=gridcell]').first().dblclick()
  await page.getByRole('dialog').waitFor()
  expect(await faultsOf(page)).toEqual([])
})

test.skipIf(needsBrowser)('what a dialog covered has the focus again, so that keys go on', async () => {
  const { address } = await studioHere(await pictureFolder({ 'data/a': 3, 'data/b': 1 }))
  const page = await (await browserWithoutCamera()).newPage()
  await page.goto(address)
  const more = page.getByRole('button', { name: 'More for a' })
  const openers = [
    [page.getByRole('button', { name: '+ Category' }), ['Enter']],
    [page.getByRole('button', { name: 'Keys and settings' }), ['Enter']],
    [page.getByRole('button', { name: 'From a phone …' }), ['Enter']],
    [more, ['F2']],
    // Of the menu, whose items go: Rename, then From a phone.
    [more, ['Enter', 'Tab', 'Tab', 'Enter']],
    [more, ['Enter', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Enter']],
  ] as const
  for (const [opener, keys] of openers) {
    await opener.focus()
    for (const key of keys) await page.keyboard.press(key)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => opener.evaluate(element => element.matches(':focus'))).toBe(true)
  }
  await page.goto(`${address}#pictures/a`)
  await page.locator('[role=gridcell]').first().click()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('2')
  await page.locator('.undo-title', { hasText: '→ b' }).waitFor()
})

test.skipIf(needsBrowser)('two tabs, and a file manager beside them: each sees what the others did', async () => {
  const root = await pictureFolder({ 'data/a': 4, 'data/b': 4 })
  const { address } = await studioHere(root)
  const browser = await browserWithoutCamera()
  const [one, other] = [await browser.newPage(), await browser.newPage()]
  for (const page of [one, other]) {
    await page.goto(`${address}#pictures/a`)
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(4)
  }
  await one.locator('[role=gridcell]').first().click()
  await other.locator('[role=gridcell]').first().click()
  await one.keyboard.press('2')
  await expect.poll(() => other.locator('[role=gridcell]').count()).toBe(3)
  // The focus stays with the grid when its picture goes.
  for (const page of [one, other]) await page.locator('[aria-rowindex="1"] [role=gridcell]:first-child:focus').waitFor()
  await other.keyboard.press('Control+z')
  await expect.poll(() => one.locator('[role=gridcell]').count()).toBe(4)
  await rm(join(root, 'data/a/p4.png'))
  await writeFile(join(root, 'data/a/q.png'), await tinyPicture(77))
  await writeFile(join(root, 'data/a/r.png'), await tinyPicture(78))
  await Promise.all(
    [one, other].map(page =>
      page
        .getByText(/^Changed from outside: /)
        .first()
        .waitFor(),
    ),
  )
  await expect.poll(() => one.locator('[role=gridcell]').count()).toBe(5)
})

test.skipIf(needsBrowser)('for looking only; and a door for a phone that everybody sees is open', async () => {
  const root = await pictureFolder({ 'data/a': 2, 'data/b': 2 })
  const looking = await studioHere(root, { engine: false, readOnly: true })
  const page = await (await browserWithoutCamera()).newPage()
  await page.goto(looking.address)
  await page.getByText('For looking only: nothing can be changed here.').waitFor()
  expect(await page.getByRole('button', { name: '+ Category' }).isDisabled()).toBe(true)
  expect(await page.getByRole('button', { name: 'From a phone …' }).isDisabled()).toBe(true)
  expect(await faultsOf(page)).toEqual([])

  const { address, studio } = await studioHere(root)
  const complaints = complaintsOf(page, address)
  const door = await studio.phone.open('a', '127.0.0.1')
  await page.goto(address)
  await page.getByText('A door on your Wi-Fi is open for pictures of a; 0 pictures came.').waitFor()
  await page.getByRole('button', { name: 'Show the code' }).click()
  await page.getByAltText('Code that leads a phone to the address below').waitFor()
  expect(await faultsOf(page)).toEqual([])
  const phone = await (await browserWithoutCamera()).newPage()
  await phone.goto(door.address)
  expect(await violationsOf(phone)).toEqual([])
  await phone
    .getByLabel('Choose pictures')
    .setInputFiles({ name: 'IMG.png', mimeType: 'image/png', buffer: await tinyPicture(50) })
  await phone.getByText('1 picture is on the computer.').waitFor()
  await page.getByRole('dialog').getByText('1 picture came.').waitFor()
  await page.getByRole('button', { name: 'Shut the door' }).click()
  await page.getByRole('button', { name: 'Open it' }).waitFor()
  await page.locator('.undo-title', { hasText: '1 added to a' }).waitFor()
  expect(await readFile(join(root, 'data/a/IMG.png'))).toEqual(await tinyPicture(50))
  expect(complaints).toEqual([])
})

test.skipIf(needsBrowser)('a training says how far it is, and can be stopped; then nothing of it is left', async () => {
  const root = await sampleFolder(await tempFolder(), ['bird', 'bug'], 30)
  const { address } = await studioHere(root)
  const page = await (await browserWithoutCamera()).newPage()
  await page.goto(address)
  await page.getByLabel('Networks').selectOption('best')
  await page.locator('[data-train]:enabled').click()
  const line = page.locator('.job', { hasText: 'Training' })
  await line.getByRole('progressbar').waitFor()
  // A page that is loaded again goes on where it was.
  await page.reload()
  await line.getByRole('progressbar').waitFor()
  expect(await page.getByLabel('Networks').inputValue()).toBe('best')
  await line.getByRole('button', { name: 'Stop' }).click()
  await line.waitFor({ state: 'detached' })
  await page.locator('[data-train]:enabled').waitFor()
  expect(await fs.pathExists(join(root, 'retrained_graph.pb'))).toBe(false)
})

test.skipIf(needsBrowser)('networks are chosen in the page, shown there, and kept by the next training', async () => {
  const root = await sampleFolder(await tempFolder(), ['bird', 'bug'], 8)
  const { address } = await studioHere(root, {})
  const page = await (await browserWithoutCamera()).newPage()
  await page.goto(address)
  const networks = async () =>
    (await fs.readJson(join(root, 'model/manifest.json'))).backbones.map(({ name }: { name: string }) => name)
  const train = async () => {
    await page.locator('[data-train]:enabled').click()
    await page.locator('.notice', { hasText: /^Trained: / }).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).first().click()
  }
  const choice = page.getByLabel('Networks')
  await choice.waitFor()
  expect(await choice.inputValue()).toBe('fast')
  await choice.selectOption('good')
  await train()
  expect(await networks()).toEqual(['mobilenet_v1', 'efficientnet_lite0'])
  await page.reload()
  await choice.waitFor()
  expect(await choice.inputValue()).toBe('good')
  await train()
  expect(await networks()).toEqual(['mobilenet_v1', 'efficientnet_lite0'])
  // What no preset stands for is shown by its name.
  await trainIn(root, { backbone: 'efficientnet_lite0', steps: 50 })
  await page.goto(`${address}#results`)
  await page.reload()
  await page.getByText('This model was not trained here.').waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${address}#pictures`)
  await choice.locator('option', { hasText: 'as now: efficientnet_lite0' }).waitFor({ state: 'attached' })
  expect(await choice.inputValue()).toBe('')
  expect(await faultsOf(page)).toEqual([])
  await train()
  expect(await networks()).toEqual(['efficientnet_lite0'])
  // A category that is renamed is called so in the tables of the training too.
  await page.getByRole('button', { name: 'More for bug' }).click()
  await page.getByRole('button', { name: /^Rename/ }).click()
  await page.getByLabel('New name').fill(LONG)
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await page.getByRole('heading', { name: LONG }).waitFor()
  await page.goto(`${address}#results`)
  await page.getByRole('rowheader', { name: LONG }).first().waitFor()
  expect(await faultsOf(page)).toEqual([])
  expect(await page.getByRole('rowheader', { name: 'bug' }).count()).toBe(0)
})

test.skipIf(needsBrowser)(
  'a picture that browsers can’t show is looked at all the same; what is none is not left there',
  async () => {
    const root = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    const { address } = await studioHere(root, {})
    const page = await (await browserWithoutCamera()).newPage()
    await page.goto(`${address}#try`)
    await page.getByText('Start the camera, or drop a picture here.').waitFor()
    const buffer = await sharp(await tinyPicture(3))
      .tiff()
      .toBuffer()
    await page.getByLabel('A picture …').setInputFiles({ name: 'p.tif', mimeType: 'image/tiff', buffer })
    await page.getByText('Browsers can’t show a picture of this format.').waitFor()
    await page.locator('.said .bars li').first().waitFor()
    expect(await faultsOf(page)).toEqual([])
    const bad = { name: 'p.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture at all') }
    await page.getByLabel('A picture …').setInputFiles(bad)
    await page.locator('.notice.wrong').waitFor()
    await page.getByRole('button', { name: 'Start the camera' }).waitFor()
    expect(await page.locator('.said .bars').count()).toBe(0)
  },
)
