import { createHash } from 'node:crypto'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { train } from '../../src/index.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const shared = await sharedFolder()
let tfFiles: string
let root: string
let source: string
let destination: string
const PICTURES = ['bus.jpg', 'lemon.jpg', 'pear.jpg', 'tractor.jpg']

beforeAll(async () => {
  tfFiles = await warmSampleFolder(shared, ['fruit', 'vehicle'], 15)
  await fs.move(join(tfFiles, 'data', 'fruit'), join(tfFiles, 'data', 'fresh_fruit'))
  await train(tfFiles, { steps: 500, folds: 0 })
})

beforeEach(async () => {
  root = await tempFolder()
  source = join(root, 'source')
  destination = join(root, 'named')
  for (const name of PICTURES) await fs.copy(join(SAMPLE_TEST, name), join(source, name))
  await fs.move(join(source, 'tractor.jpg'), join(source, 'farm', 'tractor.JPG'))
})

/** Every visible file's hash. */
async function hashes(folder: string): Promise<string[]> {
  const names = (await fs.readdir(folder, { recursive: true })) as string[]
  const files = names.filter(name => /\.jpg$/i.test(name))
  return Promise.all(
    files.map(async name =>
      createHash('sha1')
        .update(await fs.readFile(join(folder, name)))
        .digest('hex'),
    ),
  ).then(all => all.sort())
}

describe('itc guess-dir', () => {
  it('copies pictures under the names of their categories and shows what became of them', async () => {
    const { code, out, err } = await run(['guess-dir', tfFiles, source, destination])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.replace(/\d\.\d{5}/g, '#').split('\n')).toEqual([
      'bus.jpg → vehicle-#.jpg',
      'farm/tractor.JPG → vehicle-#.JPG',
      'lemon.jpg → fresh_fruit-#.jpg',
      'pear.jpg → fresh_fruit-#.jpg',
      `4 pictures copied to ${destination}`,
      '  fresh fruit  2',
      '  vehicle      2',
      `Every score is in ${destination}/results.csv`,
    ])
    const [header, bus] = (await fs.readFile(join(destination, 'results.csv'), 'utf8')).split('\n')
    expect(header).toBe('\uFEFFname,original,source,sha256,label,unsure,fresh_fruit,vehicle,error')
    expect(bus).toMatch(/^vehicle-(0\.\d{5})\.jpg,bus\.jpg,.*source,[0-9a-f]{64},vehicle,,0\.\d{5},\1,$/)
    expect(await hashes(destination)).toEqual(await hashes(source))
  })

  it('gives the scores that guess gives', async () => {
    const guess = await run(['guess', tfFiles, join(source, 'lemon.jpg')])
    const { out } = await run(['guessDir', tfFiles, source, destination])
    const score = /lemon\.jpg → fresh_fruit-(\d\.\d{5})\.jpg/.exec(out)?.[1]
    expect(guess.out).toContain(`fresh fruit (score = ${score})`)
  })

  it('lists what could not be used, goes on, and exits with 1', async () => {
    const cut = (await fs.readFile(join(source, 'bus.jpg'))).subarray(0, 3000)
    await fs.writeFile(join(source, 'cut\u001b[31m.jpg'), cut)
    await fs.writeFile(join(source, 'letter.jpg'), 'Dear reader')
    await fs.writeFile(join(source, 'readme.txt'), 'pictures')
    const { code, out, err } = await run(['guess-dir', tfFiles, source, destination])
    expect(code).toBe(1)
    expect(out).toContain('4 pictures copied')
    expect(err.split('\n')).toEqual([
      '1 file left out:',
      '  readme.txt: not a picture by its ending',
      '2 files not named:',
      '  cut\\u001b[31m.jpg: truncated JPEG',
      '  letter.jpg: not a picture (looks like text)',
    ])
    expect(await fs.readFile(join(destination, 'results.csv'), 'utf8')).toMatch(
      /^,letter\.jpg,.*source,,,,,,not a picture/m,
    )
    const again = await run(['guess-dir', tfFiles, source, destination, '--allow-truncated'])
    expect(again.out).toMatch(/^cut.* → /)
    expect(again.out).toContain('1 picture copied')
  })

  it('with --strict exits with 1 for what was left out too', async () => {
    await fs.writeFile(join(source, 'readme.txt'), 'pictures')
    expect((await run(['guess-dir', tfFiles, source, destination])).code).toBe(0)
    expect((await run(['guess-dir', tfFiles, source, destination, '--strict'])).code).toBe(1)
  })

  it('with --dry-run says the same and does nothing', async () => {
    const { out } = await run(['guess-dir', tfFiles, source, destination, '--dry-run'])
    expect(out).toContain(`4 pictures would be copied to ${destination}`)
    expect(await fs.pathExists(destination)).toBe(false)
  })

  it('with --json prints one document', async () => {
    await fs.writeFile(join(source, 'letter.jpg'), 'Dear reader')
    const { code, out } = await run(['guess-dir', tfFiles, source, destination, '--json'])
    const { pictures, ...rest } = JSON.parse(out)
    expect(code).toBe(1)
    expect(pictures).toHaveLength(4)
    expect(pictures[0]).toEqual({
      original: 'bus.jpg',
      name: expect.stringMatching(/^vehicle-/),
      label: 'vehicle',
      score: pictures[0].scores.vehicle,
      unfamiliar: expect.any(Boolean),
      scores: { fresh_fruit: expect.any(Number), vehicle: expect.any(Number) },
    })
    expect(rest).toEqual({
      schema: 1,
      complete: true,
      named: 4,
      before: 0,
      counts: { fresh_fruit: 2, vehicle: 2 },
      unsure: 0,
      failed: [{ original: 'letter.jpg', reason: 'not a picture (looks like text)' }],
      skipped: [],
      refusals: [expect.objectContaining({ files: 1, examples: ['letter.jpg'], command: null })],
      notes: [],
    })
    const none = await run(['guess-dir', tfFiles, join(root, 'nowhere'), destination, '--json'])
    expect(JSON.parse(none.out)).toMatchObject({ pictures: [], complete: false, code: 'E_NO_SOURCE', exitCode: 1 })
  })

  it('--unsure puts what can’t be relied on aside, by a score given or chosen', async () => {
    const { code, out, err } = await run(['guess-dir', tfFiles, source, destination, '--unsure', '0.99999'])
    expect([code, err]).toEqual([0, 'unsure: a best score below 1.000, or unlike anything learnt'])
    expect(out).toContain('bus.jpg → unsure/vehicle-')
    expect(out).toMatch(/ {2}unsure\/ +4/)
    expect((await run(['guess-dir', tfFiles, source, destination, '--undo'])).code).toBe(0)
    expect(await hashes(destination)).toEqual([])
    const json = await run(['guess-dir', tfFiles, source, destination, '--json', '--unsure'])
    expect(JSON.parse(json.out)).toMatchObject({ unsure: 0, unsureBelow: { threshold: 0.5 } })
    const alone = await run(['guess-dir', tfFiles, source, destination, '--precision', '0.9'])
    expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('--precision goes with --unsure') })
  })

  it('--move moves, and --undo puts everything back', async () => {
    const before = await hashes(source)
    const moved = await run(['guess-dir', tfFiles, source, destination, '--move'])
    expect(moved.out).toContain('4 pictures moved')
    expect(await hashes(source)).toEqual([])
    const rehearsed = await run(['guess-dir', tfFiles, source, destination, '--undo', '--dry-run'])
    expect(rehearsed.out).toContain('4 pictures would be put back, 0 copies would be removed')
    const undone = await run(['guess-dir', tfFiles, source, destination, '--undo'])
    expect(undone.out).toContain('4 pictures put back, 0 copies removed')
    expect(await hashes(source)).toEqual(before)
    expect(await fs.readdir(destination)).toEqual([])
    const twice = await run(['guess-dir', tfFiles, source, destination, '--undo'])
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('nothing to take back') })
  })

  it.each([
    ['no model', () => [root, source, destination], 'There is no model'],
    ['no source', () => [tfFiles, join(root, 'x'), destination], 'There is no folder'],
    ['a file as source', () => [tfFiles, join(source, 'bus.jpg'), destination], 'is a file, not a folder'],
    ['a destination in the source', () => [tfFiles, source, join(source, 'named')], 'lies inside the source'],
    ['the source as destination', () => [tfFiles, source, source], 'is the source itself'],
    ['a destination under a file', () => [tfFiles, source, join(tfFiles, 'retrained_labels.txt', 'x')], 'not a folder'],
  ])('refuses %s in a sentence', async (_what, folders, sentence) => {
    const { code, out, err } = await run(['guess-dir', ...folders()])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(sentence)
    expect(err).not.toContain('    at ')
  })

  it.runIf(fs.pathExistsSync('/proc/self'))('refuses a destination that can never be made', async () => {
    const { code, err } = await run(['guess-dir', tfFiles, source, '/proc/itc/named'])
    expect(code).toBe(1)
    expect(err).toContain("can't be made")
  })
})
