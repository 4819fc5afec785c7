import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, expect, test } from 'vitest'
import { createProgram } from '../../src/cli/main.ts'
import { type Streams, withLoudness } from '../../src/cli/terminal.ts'
import { run } from '../helpers/runCli.ts'
import { GREEN, paint } from '../helpers/samples.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const root = await sharedFolder()
const tfFiles = join(root, 'tf')
const source = join(root, 'source')
const at = (name: string) => join(root, name)
let training: readonly string[]

beforeAll(async () => {
  await tinyPictures(join(tfFiles, 'data'))
  for (const name of ['a', 'b'])
    await fs.outputFile(join(source, `${name}.png`), await paint(40, 40, GREEN).png().toBuffer())
  training = ['train', tfFiles, ...tinyTraining(await tinyNetwork(root))]
  await run(training)
})

/** What speaks by itself, or of how it goes on as long as it goes on: other tests run these. */
const ELSEWHERE = ['completion', 'studio', 'worker', 'help', 'complete']
/** Each command that says more than its results, or shows how far it has come, where it does. */
const TALKING: Record<string, () => readonly string[]> = {
  train: () => training,
  guess: () => ['guess', tfFiles, join(source, 'a.png')],
  'guess-dir': () => ['guess-dir', tfFiles, source, at('named')],
  'guess-all': () => ['guess-all', tfFiles, source, at('all')],
  results: () => ['results', at('all'), '--to', at('all.csv')],
  features: () => ['features', tfFiles, join(tfFiles, 'data'), at('features')],
  'train --features': () => ['train', at('learnt'), '--features', at('features'), ...training.slice(2)],
  'train --augment': () => [...training, '--augment', '1', '--folds', '0'],
  evaluate: () => ['evaluate', tfFiles, join(tfFiles, 'data'), '--report', at('page.html')],
  doctor: () => ['doctor', tfFiles, '--report', at('doctor.html')],
  explain: () => ['explain', tfFiles, join(source, 'a.png'), '--out', at('why.png')],
  export: () => ['export', tfFiles, '--format', 'onnx', '--to', at('exported')],
  next: () => ['next', tfFiles, source],
  clusters: () => ['clusters', tfFiles, source],
  watch: () => ['watch', tfFiles, source, '--to', at('watched'), '--once'],
}

test.each(Object.entries(TALKING))(
  'itc %s --quiet shows no progress, and says nothing but results',
  async (_name, argv) => {
    const shown: string[] = []
    const watched = { errIsTerminal: true, status: (line: string) => void (line !== '' && shown.push(line)) }
    const { code, err, out } = await run([...argv(), '--quiet'], [], undefined, watched)
    expect({ code, err, shown }).toEqual({ code: 0, err: '', shown: [] })
    expect(out).not.toMatch(/^step \d/m)
  },
)

test('what is quiet is what talks otherwise', async () => {
  const { err, out } = await run(training)
  expect(err).toContain('pictures in 2 categories')
  expect(out).toMatch(/^step 50: /m)
  const shown: string[] = []
  const watched = { errIsTerminal: true, status: (line: string) => void shown.push(line) }
  await run(['guess-dir', tfFiles, source, at('aloud')], [], undefined, watched)
  expect(shown.join('\n')).toMatch(/\d/)
})

test('no command is forgotten', () => {
  const streams = { out: () => undefined, err: () => undefined } as unknown as Streams
  const { commands } = createProgram(withLoudness(streams, { quiet: false, verbose: false }))
  const names = commands.map(command => command.name())
  expect(names.filter(name => !(name in TALKING) && !ELSEWHERE.includes(name))).toEqual([])
})
