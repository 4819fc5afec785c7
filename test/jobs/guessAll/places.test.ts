import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { FEATURES, type FolderForm, RESULTS } from '../../../src/jobs/guessAll/folderForm.ts'
import { refuseInside } from '../../../src/jobs/guessAll/inside.ts'
import { ResultsFolder } from '../../../src/jobs/guessAll/resultsFolder.ts'
import { openSource, openStore } from '../../../src/storage/open.ts'
import { run } from '../../helpers/runCli.ts'
import { tinyTraining } from '../../helpers/tinyFolder.ts'
import { tinyModel } from '../../helpers/tinyModel.ts'

const { root, tfFiles } = await tinyModel()
const source = join(tfFiles, 'data')
const [results, features] = [join(root, 'results'), join(root, 'features')]

beforeAll(async () => {
  await run(['guess-all', tfFiles, source, results])
  await run(['features', tfFiles, source, features])
})

async function refused(args: string[], sentence: RegExp) {
  const before = await fs.readdir(root, { recursive: true })
  const { code, err } = await run(args)
  expect(err).toMatch(sentence)
  expect(code).toBe(1)
  expect(await fs.readdir(root, { recursive: true })).toEqual(before)
}

describe('a folder of results and one of features', () => {
  it('are not written into each other', async () => {
    const holds = (what: string, other: string) =>
      new RegExp(`holds ${what}, which .* wrote, and can't hold ${other} as well.\nChoose another folder`)
    await refused(['features', tfFiles, source, results], holds('results', 'features'))
    await refused(['guess-all', tfFiles, source, features], holds('features', 'results'))
  })

  it('are not read as each other: the sentence says what is there, and what it is good for', async () => {
    await refused(
      ['results', features],
      /no results in ".*features": it holds features, which itc features wrote.\n.*itc train TF_FILES --features /,
    )
    await refused(
      ['train', join(root, 'learnt'), '--features', results, ...tinyTraining(join(root, 'tiny.pb'))],
      /no features in ".*results": it holds results, which itc guess-all wrote.\n.*itc results /,
    )
  })

  it('are not made in one place in the same moment', async () => {
    const store = await openStore(join(root, 'both'))
    const open = (form: FolderForm) =>
      ResultsFolder.open(store, { model: 'a'.repeat(64), labels: [], source: 'here' }, form)
    for (let turn = 0; turn < 8; turn++) {
      const opened = await Promise.allSettled([open(RESULTS), open(FEATURES)])
      const made = opened.filter(({ status }) => status === 'fulfilled')
      expect(made.length).toBeLessThan(2)
      const markers = [RESULTS, FEATURES].map(({ marker }) => store.look(marker))
      expect((await Promise.all(markers)).filter(item => item !== undefined)).toHaveLength(made.length)
      for (const { marker } of [RESULTS, FEATURES]) await store.remove(marker)
    }
  })
})

describe('what is written among the pictures it is of is refused', () => {
  const inside = join(source, 'made')
  const sentence = /would lie among the pictures of ".*"\.\nChoose a place beside the pictures/
  it.each([
    ['guess-all', () => ['guess-all', tfFiles, source, inside]],
    ['features', () => ['features', tfFiles, source, inside]],
    ['results --copy-to', () => ['results', results, '--copy-to', inside]],
    ['results --move-to', () => ['results', results, '--move-to', inside]],
    ['worker --results', () => ['worker', tfFiles, ...places('--results')]],
    ['worker --features', () => ['worker', tfFiles, ...places('--features')]],
    ['worker --results in the source itself', () => ['worker', tfFiles, ...places('--results', source)]],
  ])('by itc %s', (_, args) => refused(args(), sentence))

  /** Nobody listens at the address: what is refused is refused before the queue is asked. */
  function places(flag: string, place = inside): string[] {
    return ['--queue', 'redis://127.0.0.1:1', '--source', source, flag, place]
  }

  it('by kinds of addresses, wherever the command is given', async () => {
    const list = join(root, 'list')
    await fs.outputFile(list, '')
    const bucket = { address: 's3://traps/2025/' }
    const [here, addresses] = [await openSource(process.cwd()), await openSource(list)]
    const beside = await openStore(`${list}-results`)
    const to = (address: string) => ({ address }) as typeof beside
    expect(() => refuseInside(here, to('s3://traps/2025/'), 'results')).not.toThrow()
    expect(() => refuseInside(addresses, beside, 'results')).not.toThrow()
    expect(() => refuseInside(bucket as typeof here, to('s3://traps/2025/results/'), 'results')).toThrow('lie among')
    expect(() => refuseInside(bucket as typeof here, to('s3://traps/2025-results/'), 'results')).not.toThrow()
    expect(() => refuseInside(bucket as typeof here, beside, 'results')).not.toThrow()
  })
})
