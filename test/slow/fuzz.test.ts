import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import { readResults } from '../../src/jobs/guess/results.ts'
import { runItc } from '../helpers/itc.ts'
import { mutatedPictures } from '../helpers/mutated.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const PICTURES = 2000

it(`guess-dir names or lists each of ${PICTURES} mutated pictures, and copies what it names byte for byte`, async () => {
  const root = await tempFolder()
  const [source, destination] = [join(root, 'source'), join(root, 'named')]
  const tfFiles = await sampleFolder(root, ['bird', 'bug'], 12)
  expect((await runItc(['train', tfFiles, '--folds', '0', '--steps', '100'])).code).toBe(0)
  const pictures = await mutatedPictures(PICTURES)
  for (const [i, bytes] of pictures.entries()) await fs.outputFile(join(source, `${i}.jpg`), bytes)

  const args = ['guess-dir', tfFiles, source, destination, '--json']
  const first = await check(await runItc(args))
  // What failed is tried again, with as much of it as decodes.
  const second = await check(await runItc([...args, '--allow-truncated']))
  console.log(`${first.named} named, ${first.failed.length} listed; with --allow-truncated ${second.named} more`)
  expect(first.named).toBeGreaterThan(PICTURES / 10)
  expect(second.named).toBeGreaterThan(PICTURES / 100)
  expect(second.before).toBe(first.named)

  /** Every picture is accounted for, whole, and still in the source. */
  async function check({ code, out, err }: Awaited<ReturnType<typeof runItc>>) {
    expect(code, err).toBe(1)
    expect(err).toBe('')
    const result = JSON.parse(out)
    expect(result.named + result.before + result.failed.length).toBe(PICTURES)
    for (const { reason } of result.failed) expect(reason).not.toMatch(/within/)
    const { entries } = (await readResults(join(destination, 'results.csv')))!
    expect(entries).toHaveLength(PICTURES)
    const copies = entries.filter(({ name }) => name !== '')
    expect((await readdir(destination)).sort()).toEqual([...copies.map(({ name }) => name), 'results.csv'].sort())
    for (const { original, name } of copies) {
      expect((await readFile(join(destination, name))).equals(pictures[Number.parseInt(original, 10)]!)).toBe(true)
    }
    for (const [i, bytes] of pictures.entries()) {
      expect((await readFile(join(source, `${i}.jpg`))).equals(bytes)).toBe(true)
    }
    return result
  }
})
