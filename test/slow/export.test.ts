import { execFileSync } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import fs from 'fs-extra'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePicture } from '../../src/image/decode.ts'
import { exportModel } from '../../src/jobs/export/export.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { chromiumPath as executablePath } from '../helpers/chromium.ts'
import { asked, difference, type Exported, exportAll, readTfjs, suiteFolder, trained } from '../helpers/exported.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'
import { describePython } from '../helpers/python.ts'
import { violationsOf } from '../helpers/studioBrowser.ts'
import { describeTensorflow } from '../helpers/tensorflowSuite.ts'

const TOLERANCE = 1e-4
/** Of float16 weights. */
const HALF_TOLERANCE = 2e-2

let root: string
let single: Exported
let joined: Exported
let old: Exported | Error

beforeAll(async () => {
  root = await suiteFolder()
  single = await trained(root, 'mobilenet_v1')
  joined = await trained(root, 'mobilenet_v1+efficientnet_lite0')
  old = await oldModel().catch((error: Error) => error)
})

afterAll(() => fs.remove(root))

/** A graph that somebody made with retrain.py in 2018, as the PyPI package nudity carries it. */
async function oldModel(): Promise<Exported> {
  const download = join(root, 'download')
  await fs.ensureDir(download)
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps']
  execFileSync(process.env.PYTHON || 'python3', [...pip, '--dest', download, 'nudity==0.2.3'], { stdio: 'pipe' })
  const [archive] = await readdir(download)
  execFileSync('tar', ['xzf', archive!], { cwd: download })
  const tfFiles = join(root, 'old')
  await fs.copy(join(download, 'nudity-0.2.3/nudity/files/retrained_graph.pb'), join(tfFiles, 'retrained_graph.pb'))
  await writeFile(join(tfFiles, 'retrained_labels.txt'), 'no\nyes\n')
  return asked(tfFiles, 'old')
}

describePython('what itc export writes, in Python', run => {
  it('gives the scores of itc in TensorFlow and onnxruntime', async () => {
    if (old instanceof Error) console.log(`without the old model: ${old.message.split('\n')[0]}`)
    const models = [single, joined, ...(old instanceof Error ? [] : [old])]
    await exportAll(root, models)
    const results = run('exported.py', root) as { name: string; scores: number[][]; labels?: string[] }[]
    expect(results.length).toBe(models.length * 7)
    for (const { name, scores, labels } of results) {
      const { scores: expected, labels: own } = models.find(
        model => name.startsWith(`${model.name}-`) && !name.startsWith(`${model.name}+`),
      )!
      const apart = difference(scores, expected)
      console.log(`${name.padEnd(52)} ${apart.toExponential(1)}`)
      expect(apart, name).toBeLessThan(name.endsWith('-half') ? HALF_TOLERANCE : TOLERANCE)
      if (labels) expect(labels).toEqual(own)
    }
  })
})

describePython('the page beside a SavedModel, in Python', run => {
  it('shows a program that runs as it stands', async () => {
    const folder = join(root, 'saved-model-page')
    await exportModel(single.tfFiles, { format: 'saved-model', to: folder })
    await fs.copy(single.pictures[0]!, join(folder, 'photo.jpg'))
    const [said] = run('page.py', folder, 'assets.extra/README.md') as { scores: number[]; noneOfThese: boolean }[]
    expect(difference([said!.scores], [single.scores[0]!])).toBeLessThan(TOLERANCE)
    expect(typeof said!.noneOfThese).toBe('boolean')
  })
})

it('an old retrained_graph.pb is a model', ({ skip }) => {
  if (old instanceof Error) return skip(`no old model: ${old.message.split('\n')[0]}`)
  expect(old.recipes).toEqual([
    { size: 224, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
  ])
  for (const [no, yes] of old.scores) {
    expect(no! + yes!).toBeCloseTo(1, 5)
    expect(no).toBeGreaterThan(0.5)
  }
})

describeTensorflow('what itc export writes for TF.js, in Node', tf => {
  it('gives the scores of itc', async () => {
    for (const { name, tfFiles, recipes, pictures, scores } of [single, joined]) {
      const folder = join(root, `${name}-tfjs-node`)
      await exportModel(tfFiles, { format: 'tfjs', to: folder })
      const model = await tf.loadGraphModel(tf.io.fromMemory(await readTfjs(folder)))
      const { size } = recipes[0]!
      const results: number[][] = []
      for (const picture of pictures) {
        const pixels = Float32Array.from(await decodePicture(picture, recipes[0]!))
        const output = model.execute({ pixels: tf.tensor(pixels, [1, size, size, 3], 'float32') }, 'final_result')
        results.push([...(await output.data())])
      }
      model.dispose()
      expect(difference(results, scores)).toBeLessThan(TOLERANCE)
    }
  })
})

it.runIf(process.env.ITC_REQUIRE_CHROMIUM === '1')('chromium is there, as ITC_REQUIRE_CHROMIUM asks', () => {
  expect(executablePath).toBeDefined()
})

describe.skipIf(executablePath === undefined)('the exported page in Chromium, opened as a file', () => {
  let browser: Browser

  beforeAll(async () => {
    const media = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
    // Containers give it no namespaces to make its sandbox of, and no graphics processor; the page is our own.
    const args = ['--no-sandbox', '--enable-unsafe-swiftshader', ...media]
    browser = await chromium.launch({ executablePath: executablePath!, args })
  })
  afterAll(() => browser?.close())

  async function opened({ name, tfFiles }: Exported, float16 = false) {
    const folder = join(root, `${name}-page${float16 ? '-half' : ''}`)
    await exportModel(tfFiles, { format: 'tfjs', to: folder, float16 })
    const page = await browser.newPage({ viewport: { width: 900, height: 900 } })
    const errors: string[] = []
    page.on('console', message => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', error => errors.push(error.message))
    const requests: string[] = []
    page.on('request', request => requests.push(request.url()))
    await page.goto(pathToFileURL(join(folder, 'index.html')).href)
    await page.waitForSelector('body[data-ready]', { timeout: 120_000 })
    return { page, errors, requests, folder }
  }

  const readScores = (page: Awaited<ReturnType<typeof opened>>['page']) =>
    page.locator('#scores li').evaluateAll(items => {
      return (items as unknown as { dataset: { label: string; score: string } }[]).map(({ dataset }) => ({
        ...dataset,
      }))
    })

  it.each([
    ['one backbone', () => single, false],
    ['two backbones', () => joined, false],
    ['float16', () => single, true],
  ] as const)('%s: gives the scores of itc, and asks nobody', async (_what, which, float16) => {
    const model = which()
    const { page, errors, requests, folder } = await opened(model, float16)
    const results: number[][] = []
    for (const picture of model.pictures) {
      await page.locator('#scores').evaluate(list => (list as unknown as { replaceChildren(): void }).replaceChildren())
      await page.setInputFiles('#file', picture)
      await page.waitForSelector('#scores li')
      const shown = await readScores(page)
      results.push(model.labels.map(label => Number(shown.find(item => item.label === label)?.score)))
    }
    const apart = difference(results, model.scores)
    console.log(`${model.name.padEnd(40)} page${float16 ? ', float16' : ''}: ${apart.toExponential(1)}`)
    expect(apart).toBeLessThan(float16 ? HALF_TOLERANCE : TOLERANCE)
    expect(errors).toEqual([])
    expect(
      requests.filter(url => !/^(blob|data):/.test(url)).every(url => url.startsWith(pathToFileURL(folder).href)),
    ).toBe(true)
    const shots = process.env.ITC_SCREENSHOTS
    if (shots) await page.screenshot({ path: join(shots, `page-${model.name}${float16 ? '-half' : ''}.png`) })
    await page.close()
  })

  it('a photo of any shape is fitted as itc fits it', async () => {
    const { page } = await opened({ ...single, name: 'fitted' })
    const model = await loadModel(single.tfFiles, { engine: 'onnx' })
    const apart: number[] = []
    for (const name of (await readdir(SAMPLE_TEST)).sort()) {
      await page.locator('#scores').evaluate(list => (list as unknown as { replaceChildren(): void }).replaceChildren())
      await page.setInputFiles('#file', join(SAMPLE_TEST, name))
      await page.waitForSelector('#scores li')
      const { scores } = await model.guess(join(SAMPLE_TEST, name))
      for (const { label, score } of await readScores(page)) {
        apart.push(Math.abs(scores.find(own => own.label === label)!.score - Number(score)))
      }
    }
    await model.dispose()
    console.log(`whole pictures, decoded and resized by the browser: ${Math.max(...apart).toExponential(1)}`)
    // The browser's JPEG decoder is another one.
    expect(Math.max(...apart)).toBeLessThan(0.02)
    await page.close()
  })

  it('what is no picture takes the place of the one before, and no name makes the page wider than a phone', async () => {
    const { page } = await opened({ ...single, name: 'none' })
    expect(await violationsOf(page)).toEqual([])
    await page.setInputFiles('#file', single.pictures[0]!)
    await page.waitForSelector('#scores li')
    expect([await page.locator('#picture').isVisible(), await page.locator('#drop').isVisible()]).toEqual([true, false])
    await page.setInputFiles('#file', { name: 'p.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
    await page.getByRole('heading', { name: 'This browser can’t open that file as a picture.' }).waitFor()
    expect([await page.locator('#picture').isVisible(), await page.locator('#drop').isVisible()]).toEqual([false, true])
    await page.setViewportSize({ width: 375, height: 700 })
    for (const place of ['about', 'answer', 'remark'])
      await page.evaluate(`document.getElementById('${place}').textContent = 'x'.repeat(100)`)
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await violationsOf(page)).toEqual([])
    await page.close()
  })

  it('many pictures are named one after another, with those unlike anything learnt as itc tells them', async () => {
    const { page, errors } = await opened({ ...single, name: 'many' })
    const strangers = fileURLToPath(new URL('../../docs', import.meta.url))
    const paths = [...single.pictures, join(strangers, 'studio.webp')]
    await page.setInputFiles('#file', paths)
    await page
      .locator('#many li')
      .nth(paths.length - 1)
      .waitFor()
    const model = await loadModel(single.tfFiles, { engine: 'onnx' })
    for (const [at, path] of paths.entries()) {
      const { scores, unfamiliar } = await model.guess(path)
      const said = await page.locator('#many li').nth(at).locator('.said').textContent()
      expect(said, path).toBe(unfamiliar ? 'none of these?' : scores[0]!.label)
    }
    await model.dispose()
    expect(await page.locator('#trust').textContent()).toMatch(/^Right about \d+ of 160 pictures/)
    expect(await page.evaluate('document.body.dataset.backend')).toBe('wasm')
    expect(errors).toEqual([])
    await page.close()
  })

  it('a camera that is refused is explained', async () => {
    const { page } = await opened({ ...single, name: 'refused' })
    await page.evaluate(
      `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }`,
    )
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.getByText('The camera was refused. Allow it where the browser shows').waitFor()
    await page.close()
  })

  it('the camera is classified until it is stopped, and a file that is no picture gets a sentence', async () => {
    const { page, errors } = await opened({ ...single, name: 'camera' })
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.waitForSelector('#scores li')
    await page.getByRole('button', { name: 'Stop the camera' }).click()
    await page.getByRole('button', { name: 'Use the camera' }).waitFor()
    const text = join(root, 'no-picture.jpg')
    await writeFile(text, 'no picture')
    await page.setInputFiles('#file', text)
    await page.getByRole('heading', { name: 'can’t open that file' }).waitFor()
    expect(await page.locator('#scores li').count()).toBe(0)
    expect(errors).toEqual([])
    await page.close()
  })
})
