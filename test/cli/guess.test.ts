import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
const familiar = { unfamiliar: expect.any(Boolean), familiarity: expect.any(Number) }

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
    const { schema, complete, pictures } = JSON.parse(out)
    const [guess] = pictures
    expect([code, schema, complete]).toEqual([0, 1, true])
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

  it('points to guess-dir for a folder, and to quotes for a name with spaces', async () => {
    await fs.copy(bus, join(root, 'my bus.jpg'))
    const { code, err } = await run(['guess', tfFiles, root, ...join(root, 'my bus.jpg').split(' ')])
    expect(code).toBe(1)
    expect(err).toContain(`itc guess-dir ${tfFiles} ${root} DESTINATION`)
    expect(err).toContain(`needs quotes: '${join(root, 'my bus.jpg')}'`)
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

  it('takes names from standard input and answers with a line of JSON each, in order', async () => {
    const list = [`${bus}\r\nnowhere.jpg\n`, `${lemon}\n`].map(text => Buffer.from(text))
    const { code, out, err } = await run(['guess', tfFiles, '--from', '-', '--jsonl', '--top', '1'], list)
    expect([code, err]).toEqual([1, ''])
    expect(out.split('\n').map(line => JSON.parse(line))).toEqual([
      { schema: 1, picture: bus, scores: [{ label: 'vehicle', score: expect.any(Number) }], ...familiar },
      { schema: 1, picture: 'nowhere.jpg', error: 'no such file', kind: 'unreadable' },
      { schema: 1, picture: lemon, scores: [{ label: 'fresh_fruit', score: expect.any(Number) }], ...familiar },
    ])
  })

  it('takes addresses among the names, and answers each', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/lemon.jpg') response.end(fs.readFileSync(lemon))
      else if (request.url === '/cut.jpg') response.destroy()
      else response.writeHead(404).end()
    })
    await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const names = [`${at}/lemon.jpg`, `${at}/gone.jpg`, bus, `${at}/cut.jpg`, 'http://example.org/lemon.jpg']
    const { code, out, err } = await run(['guess', tfFiles, '--from', '-', '--jsonl'], [Buffer.from(names.join('\n'))])
    server.close()
    expect([code, err]).toEqual([1, ''])
    const answers = out.split('\n').map(line => JSON.parse(line))
    expect(answers.map(({ picture, error, scores }) => [picture, error ?? scores[0].label])).toEqual([
      [names[0], 'fresh_fruit'],
      [names[1], 'the server says 404'],
      [names[2], 'vehicle'],
      [names[3], 'its server does not answer'],
      [names[4], 'an address that is not asked: only https:// is'],
    ])
  })

  it('takes names from a file', async () => {
    const list = join(root, 'list.txt')
    await fs.writeFile(list, `${lemon}\n${bus}\n`)
    const { code, out } = await run(['guess', tfFiles, '--from', list, '--top', '1'])
    expect(code).toBe(0)
    expect(out.replace(/\d\.\d+/g, '#')).toBe(`${lemon}\nfresh fruit (score = #)\n\n${bus}\nvehicle (score = #)`)
    const folder = await run(['guess', tfFiles, '--from', root])
    expect(folder.err).toMatch(/can't be read: it is a folder\.\n.*itc guess-dir/)
    expect(folder.code).toBe(1)
    const none = await run(['guess', tfFiles, '--from', join(root, 'none.txt')])
    expect(none).toMatchObject({ code: 1, err: expect.stringMatching(/The list ".*none.txt" can't be read: no such/) })
    const both = await run(['guess', tfFiles, bus, '--from', list])
    expect(both).toMatchObject({ code: 1, err: expect.stringContaining('either pictures or --from') })
  })

  it('keeps its JSON whole where it is broken off', async () => {
    const list = [Buffer.from(`${bus}\n`), Buffer.from([0xff, 0xd8, 0])]
    const failure = {
      error: 'Expected names of pictures, one a line, in standard input but received something else.',
      code: 'E_BAD_VALUE',
      exitCode: 1,
    }
    const { code, out } = await run(['guess', tfFiles, '--from', '-', '--json'], list)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ schema: 1, pictures: [{ picture: bus }], complete: false, ...failure })
    const lines = await run(['guess', tfFiles, '--from', '-', '--jsonl'], list)
    expect(lines.out.split('\n').map(line => JSON.parse(line))).toMatchObject([{ picture: bus }, failure])
  })
})

describe('an error with --json', () => {
  it.each([
    [['guess', 'nowhere', 'a.jpg', '--json'], 'E_NO_FOLDER'],
    [['train', 'nowhere', '--json'], 'E_NO_DATA'],
    [['guess', 'nowhere', '--jsonl', '--nonsense'], 'E_USAGE'],
    [['gues', '--json'], 'E_USAGE'],
  ])('itc %j', async (argv, code) => {
    const { code: exit, out, err } = await run(argv)
    const failure = JSON.parse(out)
    expect(failure).toMatchObject({ schema: 1, code, exitCode: exit })
    expect(exit).toBe(1)
    expect(err).toContain(`error: ${failure.error}`)
    expect(failure.hint).toBeTruthy()
  })

  it.each([
    [['guess', '--json'], 'itc guess --help shows its arguments and options.'],
    [['gues', '--json'], 'Did you mean guess? itc --help shows the commands, itc COMMAND --help its options.'],
    [['completion', 'powershel', '--json'], 'itc completion --help shows its arguments and options.'],
    [['train', '--stepps', '5', '--json'], 'Did you mean --steps? itc train --help shows its arguments and options.'],
  ])('itc %j says what helps', async (argv, hint) => {
    expect(JSON.parse((await run(argv)).out)).toMatchObject({ hint, error: expect.not.stringContaining('\n') })
  })
})
