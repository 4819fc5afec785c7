import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/main.ts'
import { type Streams, withLoudness } from '../../src/cli/terminal.ts'
import { problemsBySchema } from '../helpers/jsonSchema.ts'
import { SAMPLE_TEST, sampleFolder } from '../helpers/pictures.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork } from '../helpers/tinyFolder.ts'

const root = await sharedFolder()
const source = join(root, 'source')
const inbox = join(root, 'inbox')
const classified = join(root, 'classified')
let tfFiles: string
let trained: string
/** A network of a few nodes: the forms are the same. */
const NETWORK = ['--backbone', await tinyNetwork(root), '--bottleneck', 'features', '--input-size', '32']

/** What a command prints with --json, in one process with the others: a model is trained once. */
async function printed(argv: readonly string[], stdin: readonly Uint8Array[] = []): Promise<string> {
  return (await run([...argv, '--json'], stdin)).out
}

beforeAll(async () => {
  tfFiles = await sampleFolder(root, ['bird', 'fruit', 'vehicle'], 12)
  await fs.copy(join(tfFiles, 'data/bird'), join(root, 'holdout/bird'))
  await fs.outputFile(join(root, 'holdout/stranger/1.jpg'), 'no picture')
  for (const name of ['bus', 'lemon', 'puffin', 'owl']) {
    await fs.copy(join(SAMPLE_TEST, `${name}.jpg`), join(source, `${name}.jpg`))
  }
  await fs.copy(join(SAMPLE_TEST, 'bus.jpg'), join(inbox, 'bus.jpg'))
  await fs.outputFile(join(source, 'letter.jpg'), 'Dear reader')
  await fs.outputFile(join(tfFiles, 'data/bird/letter.jpg'), 'Dear reader')
  await fs.outputFile(join(source, 'notes.txt'), 'of no use')
  trained = await printed(['train', tfFiles, ...NETWORK, '--steps', '200', '--folds', '3'])
})

describe('what --json prints is as docs/json/ says', () => {
  it('train', async () => {
    expect(problemsBySchema('train', JSON.parse(trained))).toEqual([])
    const below = await printed(['train', tfFiles, ...NETWORK, '--steps', '1', '--min-accuracy', '1'])
    expect(JSON.parse(below)).toMatchObject({ code: 'E_MIN_ACCURACY', exitCode: 2, labels: expect.any(Array) })
    expect(problemsBySchema('train', JSON.parse(below))).toEqual([])
  })

  it.each<[schema: string, argv: () => string[]]>([
    ['guess', () => ['guess', tfFiles, join(source, 'bus.jpg'), join(source, 'letter.jpg')]],
    ['guess-dir', () => ['guess-dir', tfFiles, source, classified, '--unsure']],
    ['guess-dir-undo', () => ['guess-dir', tfFiles, source, classified, '--undo']],
    ['guess-dir', () => ['guess-dir', tfFiles, join(root, 'nowhere'), classified]],
    ['guess-all', () => ['guess-all', tfFiles, source, join(root, 'results')]],
    ['results', () => ['results', join(root, 'results'), '--move-to', join(root, 'sorted')]],
    ['results-undo', () => ['results', join(root, 'results'), '--undo']],
    ['evaluate', () => ['evaluate', tfFiles, join(root, 'holdout'), '--min-accuracy', '1']],
    ['doctor', () => ['doctor']],
    ['doctor', () => ['doctor', tfFiles]],
    ['explain', () => ['explain', tfFiles, join(source, 'bus.jpg')]],
    ['export', () => ['export', tfFiles, '--format', 'graphdef', '--to', join(root, 'exported')]],
    ['next', () => ['next', tfFiles, source, '-n', '2']],
    ['clusters', () => ['clusters', tfFiles, source]],
    ['error', () => ['guess', join(root, 'nowhere'), 'a.jpg']],
    ['error', () => ['guess', tfFiles, '--nonsense']],
  ])('%s', async (schema, argv) => {
    const document = JSON.parse(await printed(argv()))
    expect(document.schema).toBe(1)
    expect(problemsBySchema(schema, document)).toEqual([])
  })

  it.each<[schema: string, argv: () => string[], stdin: string]>([
    ['guess-line', () => ['guess', tfFiles, '--from', '-', '--jsonl'], `${SAMPLE_TEST}/bus.jpg\nnowhere.jpg\n\0`],
    ['watch', () => ['watch', tfFiles, inbox, '--to', join(root, 'watched'), '--once', '--json'], ''],
  ])('each line of %s', async (schema, argv, stdin) => {
    const lines = (await run(argv(), [Buffer.from(stdin)])).out.split('\n').map(line => JSON.parse(line))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(problemsBySchema(schema, line)).toEqual([])
  })

  it('of every command that takes it', () => {
    const streams = { out: () => undefined, err: () => undefined } as unknown as Streams
    const terminal = withLoudness(streams, { quiet: false, verbose: false })
    const commands = createProgram(terminal).commands.filter(({ options }) =>
      options.some(({ long }) => long === '--json'),
    )
    const schemas = readdirSync('docs/json')
    expect(commands.map(command => command.name()).filter(name => !schemas.includes(`${name}.schema.json`))).toEqual([])
  })

  it('and docs/json/README.md lists every schema', async () => {
    const readme = await fs.readFile('docs/json/README.md', 'utf8')
    const listed = [...readme.matchAll(/\]\(([\w-]+\.schema\.json)\)/g)].map(([, name]) => name)
    expect(listed.sort()).toEqual(readdirSync('docs/json').filter(name => name.endsWith('.schema.json')))
  })
})
