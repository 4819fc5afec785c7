import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadModel } from '../../../src/jobs/guess/loadModel.ts'
import { guessAll as guessAllOf } from '../../../src/jobs/guessAll/guessAll.ts'
import { decodeParquet } from '../../../src/table/parquet.ts'
import { run } from '../../helpers/runCli.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../../helpers/tinyModel.ts'

const { root, tfFiles } = await tinyModel()
/** More than one batch; not to be changed. */
const many = join(root, 'many')
await manyPictures(tfFiles, many, 270)
let source: string
let results: string

beforeEach(async () => {
  const folder = await tempFolder()
  source = join(folder, 'photos')
  results = join(folder, 'results')
  await manyPictures(tfFiles, source, 6)
})

async function guessAll(...flags: string[]) {
  const ran = await run(['guess-all', tfFiles, source, results, '--json', ...flags])
  return { ...ran, result: ran.code === 0 ? JSON.parse(ran.out) : undefined }
}

async function rows(): Promise<Record<string, unknown>[]> {
  const names = (await readdir(join(results, 'parts'))).sort()
  const tables = await Promise.all(names.map(async name => decodeParquet(await readFile(join(results, 'parts', name)))))
  return tables.flatMap(({ columns, rows }) =>
    rows.map(cells => Object.fromEntries(columns.map((name, at) => [name, cells[at]]))),
  )
}

describe('itc guess-all', () => {
  it('gives every picture one row, with every score', async () => {
    await fs.outputFile(join(source, 'cam0/broken.jpg'), 'no picture')
    await fs.outputFile(join(source, 'cam0/notes.txt'), 'notes')
    await fs.outputFile(join(source, '.hidden/a.png'), 'hidden')
    const { result } = await guessAll()
    expect(result).toMatchObject({ named: 6, before: 0, failed: 1, skipped: 1 })
    expect(result.examples.failed).toEqual([{ key: 'cam0/broken.jpg', reason: 'not a picture (looks like text)' }])
    const all = await rows()
    expect(all).toHaveLength(7)
    expect(new Set(all.map(({ key }) => key)).size).toBe(7)
    const named = all.find(({ key }) => key === 'cam0/00000.png')!
    const guessed = JSON.parse((await run(['guess', tfFiles, join(source, 'cam0/00000.png'), '--json'])).out)
      .pictures[0]
    expect(named).toMatchObject({ label: guessed.scores[0].label, unfamiliar: guessed.unfamiliar, error: undefined })
    for (const { label, score } of guessed.scores) expect(named[`score_${label}`]).toBeCloseTo(score, 5)
    expect(named.score).toBe(named[`score_${named.label}`])
    expect(named.size).toBe((await fs.stat(join(source, 'cam0/00000.png'))).size)
  })

  it('does nothing twice: a part that is there is done', async () => {
    source = many
    await guessAll()
    const [first, ...others] = (await readdir(join(results, 'parts'))).sort()
    await fs.remove(join(results, 'parts', first!))
    const before = await Promise.all(others.map(name => fs.stat(join(results, 'parts', name))))
    const { result } = await guessAll()
    expect(result.named + result.before).toBe(270)
    expect(result.named).toBeLessThan(257)
    expect((await readdir(join(results, 'parts'))).sort()).toEqual([first, ...others])
    expect(await Promise.all(others.map(name => fs.stat(join(results, 'parts', name))))).toEqual(before)
    expect((await guessAll()).result).toMatchObject({ named: 0, before: 270 })
  })

  it('is shared by shards that do not speak to each other', async () => {
    source = many
    const shards = [
      await guessAll('--shard', '0/3'),
      await guessAll('--shard', '1/3'),
      await guessAll('--shard', '2/3'),
    ]
    expect(shards.reduce((sum, { result }) => sum + result.named, 0)).toBe(270)
    expect(new Set((await rows()).map(({ key }) => key)).size).toBe(270)
    expect((await guessAll()).result.named).toBe(0)
  })

  it('names the pictures of a list of addresses, also of a server that has to be asked again', async () => {
    const { createServer } = await import('node:http')
    let refusals = 0
    const server = createServer((request, response) => {
      if (request.url === '/down.png' || refusals++ < 2) response.writeHead(503).end()
      else if (request.url === '/gone.png') response.writeHead(404).end()
      else response.end(fs.readFileSync(join(source, decodeURIComponent(request.url!))))
    })
    await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as { port: number }
    const at = `http://127.0.0.1:${port}`
    const list = join(await tempFolder(), 'list.txt')
    await writeFile(list, `# camera 0\n${at}/cam0/00000.png\n\n${at}/gone.png\nfile:///etc/passwd\n`)
    const { code, out } = await run(['guess-all', tfFiles, list, results, '--json'])
    await writeFile(list, `${at}/down.png\n`)
    const down = await run(['guess-all', tfFiles, list, results])
    server.close()
    expect(down.err).toMatch(
      /down\.png" does not answer \(HTTP 503\)\.\nRun the same command again.* Or take that address off/,
    )
    expect(down.code).toBe(1)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ named: 1, failed: 1, skipped: 1 })
    expect((await rows()).map(({ key, error }) => [key, error])).toEqual([
      [`${at}/cam0/00000.png`, undefined],
      [`${at}/gone.png`, 'the server says 404'],
    ])
  })

  it('says what could not be named, and with --strict ends with 1', async () => {
    await fs.outputFile(join(source, 'broken.jpg'), '')
    const { code, err, out } = await run(['guess-all', tfFiles, source, results, '--strict'])
    expect(code).toBe(1)
    expect(out).toContain('6 pictures named')
    expect(out).toContain('itc results')
    expect(err).toContain('1 file not named, or left out:\n  broken.jpg: an empty file')
  })

  it('of the library and of the command line go on with each other', async () => {
    const model = await loadModel(tfFiles)
    const { named } = await guessAllOf(model, source, results).finally(() => model.dispose())
    expect(named).toBeGreaterThan(0)
    expect(JSON.parse((await run(['guess-all', tfFiles, source, results, '--json'])).out)).toMatchObject({
      named: 0,
      before: named,
    })
  })

  it('removes what killed writers of parts left long ago, and nothing else', async () => {
    await guessAll()
    const parts = join(results, 'parts')
    const [stale, fresh] = ['a', 'b'].map(digit => join(parts, `.${digit.repeat(50)}.0123456789ab.tmp`))
    const others = join(parts, '.notes.tmp')
    const old = new Date(Date.now() - 2 * 86_400_000)
    for (const path of [stale!, fresh!, others]) await writeFile(path, 'half of a part')
    for (const path of [stale!, others]) await fs.utimes(path, old, old)
    await guessAll()
    expect(await Promise.all([stale!, fresh!, others].map(path => fs.pathExists(path)))).toEqual([false, true, true])
  })

  describe('refuses, and writes nothing,', () => {
    const refused = async (args: string[], sentence: RegExp) => {
      const { code, err } = await run(['guess-all', tfFiles, ...args])
      expect(err).toMatch(sentence)
      expect(code).toBe(1)
    }

    it('a source that is not there, or has no pictures', async () => {
      await refused([`${source}x`, results], /There is no folder .*, and no list of that name/)
      await mkdir(`${source}y`)
      await writeFile(join(`${source}y`, 'notes.txt'), '')
      await refused([`${source}y`, results], /There are no pictures in .*1 were left out, the first: notes.txt/)
      expect(await fs.pathExists(results)).toBe(false)
    })

    it('results among the pictures', async () => {
      await refused([source, join(source, 'results')], /would lie among the pictures/)
      expect(await fs.pathExists(join(source, 'results'))).toBe(false)
    })

    it('addresses that are none, and shards that are none', async () => {
      await refused([source, 'gs://bucket/a'], /is nothing that can be written to/)
      await refused([source, 's3://B/a'], /is no address of a bucket/)
      await refused([source, results, '--shard', '3/3'], /counted from 0/)
    })

    it('results of other limits, or of another source', async () => {
      await guessAll()
      const before = await readdir(join(results, 'parts'))
      await refused([source, results, '--max-pixels', '1000'], /of another model, or of other limits/)
      await fs.move(source, `${source}2`)
      await refused([`${source}2`, results], /are of ".*photos", not of ".*photos2"/)
      expect(await readdir(join(results, 'parts'))).toEqual(before)
    })

    it('a results folder that holds something else', async () => {
      await fs.outputFile(join(results, 'itc-results.json'), '{"mine": true}')
      await refused([source, results], /not one of ours/)
      expect(await readdir(results)).toEqual(['itc-results.json'])
    })

    it.each<[string, (marker: string) => Promise<unknown>]>([
      ['a folder', marker => fs.outputFile(join(marker, 'mine'), '')],
      ['a link', marker => fs.outputFile(`${marker}.mine`, '{}').then(() => fs.symlink(`${marker}.mine`, marker))],
    ])('a results folder where %s has the name of our file', async (_, make) => {
      await make(join(results, 'itc-results.json'))
      await refused([source, results], /can't be used for results: itc-results\.json can't be read there/)
    })

    it('a file where the results folder is to be', async () => {
      await fs.outputFile(results, 'mine')
      await refused([source, results], /can't be used for results/)
      expect(await readFile(results, 'utf8')).toBe('mine')
    })
  })
})
