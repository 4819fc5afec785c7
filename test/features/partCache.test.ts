import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { draftOf } from '../../src/disk/draft.ts'
import type { StoreEntry } from '../../src/features/cache.ts'
import { readFileTable } from '../../src/features/fileTable.ts'
import { decodePart, encodePart, keysOf, type Part, type PartData, rowKey } from '../../src/features/part.ts'
import { PartCache } from '../../src/features/partCache.ts'
import { decodeVectors, encodeVectors } from '../../src/table/arrow.ts'
import { heading, seal, unseal } from '../../src/table/seal.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const WIDTH = 24
const hashOf = (at: number) => at.toString(16).padStart(64, 'a')
const vectorOf = (at: number) => Float32Array.from({ length: WIDTH }, (_, column) => at + column / 32)
const entriesOf = (from: number, to: number): StoreEntry[] =>
  Array.from({ length: to - from }, (_, at) => ({ hash: hashOf(from + at), bottleneck: vectorOf(from + at) }))

async function cacheFolder(): Promise<string> {
  return join(await tempFolder(), 'bottlenecks')
}

/** Reads rows 0 to `count` as a run does. @returns the vectors found, undefined for those that were not */
async function readRows(folder: string, count: number, identity = 'net') {
  const cache = await PartCache.open(folder)
  const target = new Float32Array(count * WIDTH)
  const wanted = Array.from({ length: count }, (_, at) => ({ hash: hashOf(at), offset: at * WIDTH }))
  const found = await cache.readAll(identity, wanted, target, WIDTH)
  await cache.close()
  return { rows: found.map((hit, at) => (hit ? target.slice(at * WIDTH, (at + 1) * WIDTH) : undefined)), cache }
}

async function partsIn(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'parts'))).map(name => join(folder, 'parts', name))
}

/** A cache of 40 rows in one part. */
async function filled(): Promise<string> {
  const folder = await cacheFolder()
  const cache = await PartCache.open(folder)
  await cache.writeBottlenecks('net', entriesOf(0, 40))
  await cache.close()
  return folder
}

describe('the cache of bottlenecks in parts', () => {
  it('keeps vectors and file records over a reopening', async () => {
    const folder = await filled()
    const cache = await PartCache.open(folder)
    const long = `${'ü/'.repeat(1500)}a.jpg`
    await cache.writeFiles([[long, { size: 10, mtimeMs: 1.25, hash: hashOf(1) }]])
    await cache.close()
    const { rows, cache: again } = await readRows(folder, 41)
    expect(rows.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, at) => vectorOf(at)))
    expect(rows[40]).toBeUndefined()
    expect(again.file(long)).toEqual({ size: 10, mtimeMs: 1.25, hash: hashOf(1) })
    expect(again.file('other')).toBeUndefined()
  })

  it('has nothing for another network, picture or length', async () => {
    const cache = await PartCache.open(await filled())
    const target = new Float32Array(WIDTH + 1)
    expect(await cache.read(hashOf(3), 'other', target, 0, WIDTH)).toBe(false)
    expect(await cache.read(hashOf(77), 'net', target, 0, WIDTH)).toBe(false)
    expect(await cache.read(hashOf(3), 'net', target, 0, WIDTH + 1)).toBe(false)
    expect(await cache.readAll('net', [{ hash: hashOf(3), offset: 0 }], target, WIDTH + 1)).toEqual([false])
    expect(target.every(value => value === 0)).toBe(true)
    expect(await cache.read(hashOf(3), 'net', target, 1, WIDTH)).toBe(true)
    expect(target.slice(1)).toEqual(vectorOf(3))
  })

  it('finds single rows of what was written just now, and of float16 in no other way', async () => {
    const cache = await PartCache.open(await filled())
    const target = new Float32Array(WIDTH)
    expect(await cache.read(hashOf(50), 'net', target, 0, WIDTH)).toBe(false)
    await cache.writeBottlenecks('net', entriesOf(50, 60))
    expect(await cache.read(hashOf(55), 'net', target, 0, WIDTH)).toBe(true)
    expect(target).toEqual(vectorOf(55))
  })

  it('copies one picture to all places that want it', async () => {
    const cache = await PartCache.open(await filled())
    const target = new Float32Array(2 * WIDTH)
    const wanted = [0, WIDTH].map(offset => ({ hash: hashOf(5), offset }))
    expect(await cache.readAll('net', wanted, target, WIDTH)).toEqual([true, true])
    expect(target.slice(0, WIDTH)).toEqual(target.slice(WIDTH))
  })

  it('never keeps nor believes what is no number', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    const bad = [Number.NaN, Number.POSITIVE_INFINITY].map((value, at) => ({
      hash: hashOf(at),
      bottleneck: vectorOf(at).fill(value, 3, 4),
    }))
    await cache.writeBottlenecks('net', [...bad, ...entriesOf(2, 3)])
    expect((await readRows(folder, 3)).rows).toEqual([undefined, undefined, vectorOf(2)])
  })

  it('never believes a row of a part that is no number, and every other one', async () => {
    const folder = await filled()
    const vectors = Float32Array.from({ length: 3 * WIDTH }, (_, at) => (at === WIDTH + 5 ? Number.NaN : 1))
    const hashes = Buffer.from([40, 41, 42].map(hashOf).join(''), 'hex')
    const { bytes } = encodePart({ identity: 'net', hashes, vectors, rows: 3, width: WIDTH })
    await writeFile(join(folder, 'parts', 'of-another-machine.arrow'), bytes)
    const { rows } = await readRows(folder, 43)
    const ones = new Float32Array(WIDTH).fill(1)
    expect(rows.slice(39)).toEqual([vectorOf(39), ones, undefined, ones])
  })

  it('finds some of a part, in any order, and the same picture for many', async () => {
    const folder = await filled()
    for (const order of [[39, 3, 4, 5, 3], [7], Array.from({ length: 40 }, (_, at) => 39 - at), [5, 77, 6]]) {
      const cache = await PartCache.open(folder)
      const target = new Float32Array(order.length * WIDTH)
      const found = await cache.readAll(
        'net',
        order.map((at, row) => ({ hash: hashOf(at), offset: row * WIDTH })),
        target,
        WIDTH,
      )
      expect(found).toEqual(order.map(at => at < 40))
      const expected = order.map(at => (at < 40 ? [...vectorOf(at)] : new Array(WIDTH).fill(0)))
      expect([...target]).toEqual(expected.flat())
    }
  })

  it('joins many small parts, each picture once, and drops them', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    for (let at = 0; at < 12; at++) await cache.writeBottlenecks('net', entriesOf(at * 2, at * 2 + 3))
    await cache.writeBottlenecks('other', entriesOf(0, 1))
    expect(await partsIn(folder)).toHaveLength(13)
    await cache.merge()
    expect(await partsIn(folder)).toHaveLength(2)
    expect((await readRows(folder, 25)).rows).toEqual(Array.from({ length: 25 }, (_, at) => vectorOf(at)))
  })

  it('joins them once when it is asked twice at a time, and is not closed before', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    for (let at = 0; at < 12; at++) await cache.writeBottlenecks('net', entriesOf(at, at + 1))
    const merging = Promise.all([cache.merge(), cache.merge()])
    await cache.close()
    expect(await partsIn(folder)).toHaveLength(1)
    await merging
    expect(cache.notes()).toEqual([])
    expect((await readRows(folder, 12)).rows).toEqual(Array.from({ length: 12 }, (_, at) => vectorOf(at)))
  })

  it('joins no more at a time than makes one large part, and no picture twice', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    const entry = (at: number) => ({ hash: hashOf(at), bottleneck: new Float32Array(2 ** 16).fill(at) })
    // Ten parts of 3 MB, where a large one has 16; three of each twelve pictures are in the next part, too.
    for (let part = 0; part < 10; part++) {
      const entries = Array.from({ length: 12 }, (_, at) => entry(part * 9 + at))
      await cache.writeBottlenecks('net', entries)
    }
    await cache.merge()
    const bytes = await Promise.all((await partsIn(folder)).map(path => readFile(path)))
    const keys = bytes.flatMap(each => keysOf(decodePart(new Uint8Array(each))))
    expect(bytes).toHaveLength(2)
    expect(keys.sort()).toEqual(Array.from({ length: 93 }, (_, at) => rowKey(hashOf(at))).sort())
  })

  it('removes what killed writers left, and nothing else, when parts are joined', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    await cache.writeBottlenecks('net', entriesOf(0, 3))
    const [part] = await partsIn(folder)
    await writeFile(draftOf(part!), 'half a part')
    await writeFile(draftOf(join(folder, 'files.arrow')), 'half a table')
    await writeFile(join(folder, '.mine.tmp'), 'mine')
    await cache.merge()
    expect((await readdir(folder)).sort()).toEqual(['.mine.tmp', 'parts'])
    expect(await partsIn(folder)).toEqual([part])
  })

  it('says of figures of quality that they are none of bottlenecks, when parts are joined too', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    for (let at = 0; at < 12; at++) await cache.writeBottlenecks('quality:1', entriesOf(at, at + 1), 'quality')
    await cache.merge()
    const [name] = await partsIn(folder)
    const part = decodePart(new Uint8Array(await readFile(name!)))
    expect(part).toMatchObject({ kind: 'quality', identity: 'quality:1', rows: 12 })
  })

  it('goes on with what two processes wrote', async () => {
    const folder = await cacheFolder()
    const [one, two] = await Promise.all([PartCache.open(folder), PartCache.open(folder)])
    await Promise.all([one.writeBottlenecks('net', entriesOf(0, 5)), two.writeBottlenecks('net', entriesOf(3, 8))])
    await one.writeFiles([['a', { size: 1, mtimeMs: 1, hash: hashOf(0) }]])
    await two.writeFiles([['b', { size: 2, mtimeMs: 2, hash: hashOf(1) }]])
    await one.close()
    await two.close()
    const { rows, cache } = await readRows(folder, 8)
    expect(rows).toEqual(Array.from({ length: 8 }, (_, at) => vectorOf(at)))
    expect([cache.file('a')?.size, cache.file('b')?.size]).toEqual([1, 2])
  })

  it('keeps what is learnt of files while their table is written', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    const learn = (name: string) => cache.writeFiles([[name, { size: 1, mtimeMs: 1, hash: hashOf(0) }]])
    await learn('a')
    const closing = cache.close()
    await learn('b')
    await Promise.all([closing, cache.close()])
    const again = await PartCache.open(folder)
    expect(['a', 'b'].map(name => again.file(name)?.size)).toEqual([1, 1])
  })

  it('a reader finds what is merged away under its hands', async () => {
    const folder = await cacheFolder()
    const writer = await PartCache.open(folder)
    for (let at = 0; at < 10; at++) await writer.writeBottlenecks('net', entriesOf(at, at + 1))
    const reader = await PartCache.open(folder)
    const target = new Float32Array(10 * WIDTH)
    const wanted = Array.from({ length: 10 }, (_, at) => ({ hash: hashOf(at), offset: at * WIDTH }))
    const [found] = await Promise.all([reader.readAll('net', wanted, target, WIDTH), writer.merge()])
    expect(found).toEqual(new Array(10).fill(true))
  })

  it('makes no folder to read, and says when its place is taken', async () => {
    const folder = await cacheFolder()
    const cache = await PartCache.open(folder)
    await cache.close()
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/)
    await writeFile(folder, 'no folder')
    await expect(PartCache.open(folder)).rejects.toMatchObject({ code: 'E_CACHE' })
  })

  it('works on where nothing can be written, and says so once', async () => {
    const folder = await cacheFolder()
    await mkdir(folder)
    await writeFile(join(folder, 'parts'), 'in the way')
    const cache = await PartCache.open(folder)
    await cache.writeBottlenecks('net', entriesOf(0, 2))
    await cache.writeBottlenecks('net', entriesOf(2, 4))
    await cache.writeFiles([['a', { size: 1, mtimeMs: 1, hash: hashOf(0) }]])
    await cache.close()
    expect(cache.notes()).toEqual([expect.stringMatching(/can't be written/)])
  })

  it('leaves an older database alone, with a word', async () => {
    const folder = await filled()
    await writeFile(join(folder, 'data.mdb'), 'old')
    expect((await PartCache.open(folder)).notes()).toEqual([expect.stringMatching(/may be deleted/)])
    expect(await readFile(join(folder, 'data.mdb'), 'utf8')).toBe('old')
  })
})

/** A part as its bytes give it; undefined where they are refused. */
function partOf(bytes: Uint8Array): Part | undefined {
  try {
    return decodePart(bytes)
  } catch {
    return undefined
  }
}

/** A part whose checksums are right, and which says that its content is another one. */
function sealedAs(content: string, data: PartData, others: Partial<Part> = {}): Uint8Array {
  const { sealed, start, end, ...said } = unseal(encodePart(data).bytes).content as Record<string, unknown>
  const text = heading({ ...said, ...others, content })
  const bytes = new Uint8Array(encodeVectors({ ...data, metadata: new Map([['itc', text]]) }))
  const { byteOffset, byteLength } = decodeVectors(bytes).vectors
  seal(bytes, text, { start: byteOffset, end: byteOffset + byteLength })
  return bytes
}

describe('damage to a part', () => {
  it('shows when all is verified, as doctor does', async () => {
    const folder = await filled()
    const cache = await PartCache.open(folder)
    await cache.verify()
    expect(cache.notes()).toEqual([])
    const [part] = await partsIn(folder)
    const whole = await readFile(part!)
    await writeFile(part!, whole.subarray(0, whole.length - 1))
    await cache.verify()
    expect(cache.notes()).toEqual([expect.stringMatching(/set aside: 1/)])
    expect(await readdir(join(folder, 'damaged'))).toHaveLength(1)
  })

  it('shows where every checksum fits, but the content is not the one that gave the part its name', async () => {
    const folder = await filled()
    const [part] = await partsIn(folder)
    const { hashes, vectors, rows, width, content } = decodePart(new Uint8Array(await readFile(part!)))
    const others = Float32Array.from(vectors, value => value + 1)
    await writeFile(part!, sealedAs(content, { identity: 'net', hashes, vectors: others, rows, width }))
    expect((await readRows(folder, 1)).rows[0]).toEqual(vectorOf(0).map(value => value + 1)) // CRC-32 alone believes it
    const cache = await PartCache.open(folder)
    await cache.verify()
    expect(cache.notes()).toEqual([expect.stringMatching(/set aside: 1/)])
    expect((await readRows(folder, 1)).rows).toEqual([undefined])
  })

  it('shows where what is no number was sealed as if it were one', async () => {
    const folder = await filled()
    const [part] = await partsIn(folder)
    const { hashes, rows, width } = decodePart(new Uint8Array(await readFile(part!)))
    const data = { identity: 'net', hashes, vectors: new Float32Array(rows * width).fill(Number.NaN), rows, width }
    await writeFile(part!, sealedAs(encodePart(data).content, data, { finite: true }))
    const cache = await PartCache.open(folder)
    await cache.verify()
    expect(cache.notes()).toEqual([expect.stringMatching(/set aside: 1/)])
    expect((await readRows(folder, 1)).rows).toEqual([undefined])
  })

  it('1,000 flipped bits: no wrong vector, and the part set aside', async () => {
    const folder = await filled()
    const [part] = await partsIn(folder)
    const whole = await readFile(part!)
    const flipped = (trial: number) => {
      const bytes = new Uint8Array(whole) // at the start of an ArrayBuffer of its own
      const bit = Math.floor((trial * bytes.length * 8) / 1000)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      return bytes
    }
    const sound = Array.from({ length: 40 }, (_, at) => vectorOf(at))
    const keys = sound.map((_, at) => rowKey(hashOf(at)))
    let refused = 0
    for (let trial = 0; trial < 1000; trial++) {
      const found = partOf(flipped(trial))
      if (found?.identity !== 'net') refused++
      else
        for (const [row, key] of keysOf(found).entries()) {
          const vector = found.vectors.subarray(row * WIDTH, (row + 1) * WIDTH)
          if (keys.includes(key)) expect(vector, `flip ${trial}`).toEqual(sound[keys.indexOf(key)])
        }
    }
    expect(refused).toBeGreaterThan(700) // the rest is padding and names of columns
    await writeFile(part!, flipped(500))
    const { rows, cache } = await readRows(folder, 40)
    expect(rows.every(row => row === undefined)).toBe(true)
    expect(cache.notes()).toEqual([expect.stringMatching(/^Damaged files of the cache were set aside: 1\./)])
  })

  it('200 truncations and lost sectors: no wrong vector', async () => {
    const folder = await filled()
    const [part] = await partsIn(folder)
    const copy = `${part}.whole`
    await copyFile(part!, copy)
    const { length } = await readFile(copy)
    for (let trial = 0; trial < 200; trial++) {
      await copyFile(copy, part!)
      const at = Math.floor((trial * length) / 200)
      if (trial % 2 === 0) await truncate(part!, at)
      else await writeFile(part!, (await readFile(part!)).fill(0, at, Math.min(length, at + 512)))
      for (const [row, vector] of (await readRows(folder, 40)).rows.entries()) {
        if (vector) expect(vector).toEqual(vectorOf(row))
      }
    }
  })

  it('what was set aside is computed and written again under its name', async () => {
    const folder = await filled()
    const [part] = await partsIn(folder)
    await truncate(part!, 1000)
    const cache = await PartCache.open(folder)
    const target = new Float32Array(WIDTH)
    expect(await cache.readAll('net', [{ hash: hashOf(0), offset: 0 }], target, WIDTH)).toEqual([false])
    expect(await readdir(join(folder, 'damaged'))).toHaveLength(1)
    await cache.writeBottlenecks('net', entriesOf(0, 40))
    expect((await readRows(folder, 40)).rows.every(row => row !== undefined)).toBe(true)
  })

  it('of the table of files costs a look at the files, nothing else', async () => {
    const folder = await filled()
    const cache = await PartCache.open(folder)
    await cache.writeFiles([['a.jpg', { size: 1, mtimeMs: 2, hash: hashOf(0) }]])
    await cache.close()
    const path = join(folder, 'files.arrow')
    const whole = await readFile(path)
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 16
      await writeFile(path, bytes)
      const record = (await readFileTable(path)).get('a.jpg')
      if (record) expect(record).toEqual({ size: 1, mtimeMs: 2, hash: hashOf(0) })
    }
    expect((await PartCache.open(folder)).file('a.jpg')).toBeUndefined()
  })
})
