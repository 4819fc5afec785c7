import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { expect, it } from 'vitest'
import { ITC } from '../helpers/itc.ts'
import { SAMPLE, sampleFolder } from '../helpers/pictures.ts'
import { outcome } from '../helpers/samples.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const BOMB = new URL('../cases/bombs/big.avif', import.meta.url)

/** Pictures that each take much, near the limits. */
const LARGE: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  'progressive.jpg': picture => picture.resize(8000, 6000).jpeg({ progressive: true }),
  'interlaced.png': picture => picture.resize(6000, 5000).png({ progressive: true, compressionLevel: 1 }),
  'large.webp': picture => picture.resize(5500, 5000).webp({ effort: 0 }),
  'large.gif': picture => picture.resize(6000, 5000).gif({ effort: 1 }),
  'large.avif': picture => picture.resize(4000, 3000).avif({ effort: 0, chromaSubsampling: '4:2:0' }),
}

it.runIf(process.platform === 'linux')(
  'train and guess-dir stay below 800 MB whatever lies in the folder, and name the pictures beside',
  async () => {
    const root = await tempFolder()
    const [one, other] = (await readdir(SAMPLE)).sort() as [string, string]
    const tfFiles = await sampleFolder(root, [one, other], 10)
    const innocent = join(SAMPLE, one, (await readdir(join(SAMPLE, one)))[0]!)
    const large = await encodeLarge()
    await fillWithBombs(join(tfFiles, 'data', one), large)
    const pictures = join(root, 'pictures')
    await mkdir(pictures)
    await fillWithBombs(pictures, large)
    for (let i = 0; i < 10; i++) await copyFile(innocent, join(pictures, `innocent${i}.jpg`))

    const trained = await watched(['train', tfFiles, '--steps', '50', '--folds', '0', '--no-report'])
    expect(trained.code, trained.text).toBe(0)
    const named = await watched(['guess-dir', tfFiles, pictures, join(root, 'classified')])
    console.log(`train ${trained.most.resident} MB, guess-dir ${named.most.resident} MB`)
    for (const { most, text } of [trained, named]) {
      expect(most.resident).toBeLessThan(800)
      expect(text).not.toMatch(/not (read|decoded) within/)
    }
    const table = await readFile(join(root, 'classified', 'results.csv'), 'utf8')
    for (let i = 0; i < 10; i++) expect(table).toContain(`innocent${i}.jpg`)
    for (const name of Object.keys(LARGE)) expect(table, name).toContain(name)
  },
)

it('an AVIF below its limit of pixels that takes more than one file may is let in by the flag that the refusal names', async () => {
  const create = { width: 5000, height: 4000, channels: 3, background: '#369' } as const
  const bytes = await sharp({ create }).avif({ effort: 0 }).toBuffer()
  expect(await outcome(bytes)).toMatch(/^decoding takes \d+ MB, the limit is 300 MB \(--max-memory-mb\)$/)
  expect(await outcome(bytes, { maxMemoryBytes: 800e6 })).toBe('ok')
})

/** Six small files that would become 1.6 GB each, sparse ones of 990 and of 250 MB, and large pictures, two of each. */
async function fillWithBombs(folder: string, large: ReadonlyMap<string, Buffer>): Promise<void> {
  const bomb = await readFile(BOMB)
  const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#48c' } })
    .jpeg()
    .toBuffer()
  for (let i = 0; i < 6; i++) await writeFile(join(folder, `bomb${i}.avif`), bomb)
  for (let i = 0; i < 8; i++) {
    await sparse(join(folder, `sparse${i}.jpg`), picture, 990_000_000)
  }
  for (let i = 0; i < 3; i++)
    await sparse(join(folder, `long${i}.jpg`), Buffer.concat([picture, Buffer.from([i])]), 250_000_000)
  for (const [name, bytes] of large) {
    for (const copy of ['', 'a-']) await writeFile(join(folder, copy + name), bytes)
  }
}

/** Encoded once: that takes longer than decoding them. */
async function encodeLarge(): Promise<Map<string, Buffer>> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const create = { width: 400, height: 300, channels: 3, background: '#fff', noise } as const
  const encoded = new Map<string, Buffer>()
  for (const [name, encode] of Object.entries(LARGE)) encoded.set(name, await encode(sharp({ create })).toBuffer())
  return encoded
}

async function sparse(path: string, start: Uint8Array, length: number): Promise<void> {
  await writeFile(path, start)
  await truncate(path, length)
}

interface Watched {
  readonly code: number
  readonly text: string
  readonly most: { readonly resident: number }
}

async function watched(args: readonly string[]): Promise<Watched> {
  // A script of plain JavaScript, loaded by name at run time: it has no types.
  const { watch } = (await import(new URL('../../bench/watch.mjs', import.meta.url).href)) as {
    watch: (args: readonly string[]) => Promise<Watched>
  }
  return watch([ITC, ...args])
}
