import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/index.ts'
import { SAMPLE, SAMPLE_TEST } from '../helpers/pictures.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const root = await sharedFolder()
let tfFiles: string
const lemon = join(SAMPLE_TEST, 'lemon.jpg')
const bus = join(SAMPLE_TEST, 'bus.jpg')

beforeAll(async () => {
  tfFiles = await warmSampleFolder(root, ['fruit', 'vehicle'], 15)
  await fs.move(join(tfFiles, 'data', 'fruit'), join(tfFiles, 'data', 'fresh_fruit'))
  await train(tfFiles, { steps: 500 })
})

describe('itc guess', () => {
  it('prints every category, best first, as label_image.py did', async () => {
    const { code, out } = await run(['guess', tfFiles, lemon])
    expect(code).toBe(0)
    expect(out).toMatch(/^fresh fruit \(score = 0\.\d{5}\)\nvehicle \(score = 0\.\d{5}\)$/)
  })

  it('takes several pictures and standard input, and says which is which', async () => {
    const { code, out } = await run(['guess', tfFiles, lemon, '-', '--top', '1'], [await fs.readFile(bus)])
    expect(code).toBe(0)
    expect(out.replace(/\d\.\d+/g, '#')).toBe(`${lemon}\nfresh fruit (score = #)\n\n-\nvehicle (score = #)`)
  })

  it('reads no more from standard input than a picture may be long, and goes on with the rest', async () => {
    const long = new Array(9).fill(new Uint8Array(600_000))
    const { code, out, err } = await run(['guess', tfFiles, '-', lemon, '--top', '1', '--max-file-mb', '1'], long)
    expect(code).toBe(1)
    expect(err).toBe('error: -: more than the limit of 1 MB (--max-file-mb)')
    expect(out).toMatch(/lemon\.jpg\nfresh fruit/)
  })

  it('prints JSON, with labels as the folders are called', async () => {
    const { code, out } = await run(['guess', tfFiles, bus, '--json'])
    const [guess] = JSON.parse(out)
    expect(code).toBe(0)
    expect(guess.picture).toBe(bus)
    expect(guess.scores.map(({ label }: { label: string }) => label)).toEqual(['vehicle', 'fresh_fruit'])
    expect(guess.scores[0].score).toBeGreaterThan(0.5)
    expect(guess.unfamiliar).toEqual(expect.any(Boolean))
  })

  it('goes on after a picture that can not be used, and exits with 1', async () => {
    const { code, out, err } = await run([
      'guess',
      tfFiles,
      'nowhere.jpg',
      'a\nb\x1b[2J.jpg',
      join(SAMPLE, '../../README.md'),
      lemon,
      '--top',
      '1',
    ])
    expect(code).toBe(1)
    expect(err).toContain('error: nowhere.jpg: no such file')
    expect(err).toContain('error: a\\u000ab\\u001b[2J.jpg: no such file') // nothing that a terminal obeys
    expect(err).toMatch(/README\.md: not a picture \(looks like text\)/)
    expect(out).toMatch(/lemon\.jpg\nfresh fruit/)
  })

  it.each([['0'], ['-3'], ['1.5'], ['many']])('refuses --top %s', async top => {
    const { code, err } = await run(['guess', tfFiles, lemon, '--top', top])
    expect(code).toBe(1)
    expect(err).toContain(top)
  })

  it('says what is missing when given no picture', async () => {
    const { code, err } = await run(['guess', tfFiles])
    expect(code).toBe(1)
    expect(err).toContain("missing required argument 'pictures'")
  })
})
