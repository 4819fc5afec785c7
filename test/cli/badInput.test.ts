import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../../src/model/layout.ts'
import { SAMPLE_TEST, sampleFolder } from '../helpers/pictures.ts'
import { type Ran, run } from '../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyTraining } from '../helpers/tinyFolder.ts'

/** A network of a few nodes: nothing here is about what is learnt. */
const TINY = tinyTraining(await tinyNetwork(await sharedFolder()))

/** A clear sentence on standard error, nothing on standard output, no stack trace. */
function expectSentence({ code, out, err }: Ran, sentence: RegExp): void {
  expect(err).toMatch(sentence)
  expect(err).not.toMatch(/\n\s+at /)
  expect(out).toBe('')
  expect(code).toBe(1)
}

describe('itc train, given something wrong', () => {
  it.each<[what: string, prepare: (root: string) => Promise<string>, sentence: RegExp]>([
    ['no such folder', async root => join(root, 'nowhere'), /There is no folder ".*nowhere"/],
    ['no data folder', async root => root, /There is no folder "data".*\n.*data\/cat\/1\.jpg/],
    [
      'a file instead of a folder',
      async root => {
        await fs.writeFile(join(root, 'data'), 'text')
        return root
      },
      /is a file, not a folder/,
    ],
    ['one category only', root => sampleFolder(root, ['bird'], 4), /only one category, "bird"/],
    [
      'one category beside an empty one',
      async root => {
        const tfFiles = await sampleFolder(root, ['bird'], 4)
        await fs.ensureDir(join(tfFiles, 'data', 'cat'))
        return tfFiles
      },
      /only one category, "bird"/,
    ],
    [
      'a category of unusable files',
      async root => {
        const tfFiles = await sampleFolder(root, ['bird', 'bug'], 4)
        await fs.outputFile(join(tfFiles, 'data', 'cat', '1.jpg'), 'no picture')
        return tfFiles
      },
      /No picture of category "cat" can be used \(cat\/1\.jpg: not a picture/,
    ],
    [
      'a category with too few pictures to split',
      async root => {
        const tfFiles = await sampleFolder(root, ['bird', 'bug'], 4)
        await fs.remove(join(tfFiles, 'data', 'bug'))
        await sampleFolder(root, ['bug'], 2)
        return tfFiles
      },
      /"bug" has (only )?2 pictures/,
    ],
  ])('%s', async (_what, prepare, sentence) => {
    expectSentence(await run(['train', await prepare(await tempFolder()), ...TINY]), sentence)
  })

  it('an empty category is said and left out', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    await fs.ensureDir(join(tfFiles, 'data', 'cat'))
    const { code, out, err } = await run(['train', tfFiles, ...TINY])
    expect(err).toMatch(/8 pictures in 2 categories/)
    expect(out).toMatch(/cat: a category folder without pictures, left out/)
    expect(code).toBe(0)
  })

  it.each([
    ['model', 'a file', (path: string) => fs.writeFile(path, 'text'), /A file is in the way: .*model\./],
    ['retrained_labels.txt', 'a folder', fs.ensureDir, /A folder is where a file belongs: .*retrained_labels\.txt\./],
  ])('%s is %s', async (name, _what, make, sentence) => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    await make(join(tfFiles, name))
    const { code, err } = await run(['train', tfFiles, ...TINY])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
  })

  it.each([
    [['--steps', '0'], /steps.*received 0/],
    [['--steps', 'NaN'], /received "NaN"/],
    [['--steps', '1e9'], /steps.*received 1000000000/],
    [['--steps', '1.5'], /steps.*received 1\.5/],
    [['--batch', '-1'], /batch.*received -1/],
    [['--learning-rate', '0'], /learning-rate.*received 0/],
    [['--folds', '1'], /folds.*received 1/],
    [['--validation', '0.6', '--test', '0.6'], /validation|test/],
    [['--input-size', '7'], /input-size.*received 7/],
    [['--backbone', 'mobilnet_v1'], /mobilenet_v1/],
    [['--resize', 'squash'], /stretch, crop, pad/],
    [['--engine', 'abacus'], /auto, onnx, wasm, tensorflow/],
    [['--max-pixels', '0'], /max-pixels.*received 0/],
    [['--max-pixels', '1.5'], /max-pixels.*received 1\.5/],
    [['--stpes', '3'], /Did you mean --steps/],
  ])('%j', async (flags, sentence) => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    expectSentence(await run(['train', tfFiles, ...flags]), sentence)
    expect(await fs.pathExists(layoutOf(tfFiles).model)).toBe(false)
  })
})

describe('itc guess, given something wrong', () => {
  it('no such folder', async () => {
    expectSentence(await run(['guess', join(await tempFolder(), 'nowhere'), 'a.jpg']), /There is no folder ".*nowhere"/)
  })

  it('no model yet', async () => {
    const folder = join(await tempFolder(), 'my files')
    await fs.ensureDir(folder)
    expectSentence(
      await run(['guess', folder, 'a.jpg']),
      /no model in .* yet\.\nTrain one first: itc train '.*my files'$/,
    )
  })

  it('a picture where the folder belongs', async () => {
    expectSentence(await run(['guess', join(SAMPLE_TEST, 'bus.jpg'), 'a.jpg']), /bus\.jpg" is a file, not a folder/)
  })

  it('a damaged and a newer manifest', async () => {
    const folder = await tempFolder()
    const { manifest } = layoutOf(folder)
    await fs.outputFile(manifest, '{"format": 1,')
    expectSentence(await run(['guess', folder, 'a.jpg']), /is damaged: it is not JSON/)
    await fs.outputFile(manifest, '{"format": 99, "itc": "9.0.0"}')
    expectSentence(await run(['guess', folder, 'a.jpg']), /written by a newer itc \(9\.0\.0\)/)
    await fs.outputJson(manifest, {
      format: 1,
      labels: ['a', 'b'],
      backbones: [{ file: '../../etc/passwd', sha256: '0' }],
      head: { file: 'head.f32', sha256: '0' },
    })
    expectSentence(await run(['guess', folder, 'a.jpg']), /is damaged: labels|is damaged: itc is missing/)
  })
})
