import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, vi } from 'vitest'
import type { Recipe } from '../../src/image/recipe.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'

const USUAL: Recipe = { size: 224, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] }
const RECIPES: readonly Recipe[] = [USUAL, { ...USUAL, size: 300, resize: 'crop' }, { ...USUAL, resize: 'pad' }]

/** Small JPEGs, such as are decoded past sharp, and one that is not. */
async function pictures(): Promise<Buffer[]> {
  const names = (await readdir(SAMPLE_TEST)).sort().slice(0, 3)
  const jpegs = await Promise.all(names.map(name => readFile(join(SAMPLE_TEST, name))))
  return [...jpegs, await sharp(jpegs[0]).resize(90, 71).png().toBuffer()]
}

/** What all of them are decoded to, by modules that are loaded anew. */
async function decoded(): Promise<Uint8Array[]> {
  vi.resetModules()
  const { decodeForAll } = await import('../../src/image/decode.ts')
  const all: Uint8Array[] = []
  for (const picture of await pictures()) all.push(...(await decodeForAll(picture, RECIPES)))
  return all
}

it('where WebAssembly gets no memory, as by `ulimit -v`, pictures are decoded to the same pixels', async () => {
  const usual = await decoded()
  const refused = vi.fn(() => {
    throw new RangeError('Out of memory: Cannot allocate Wasm memory for new instance')
  })
  vi.stubGlobal('fetch', () => expect.unreachable('a file is on the disk'))
  const { WebAssembly } = globalThis as unknown as { WebAssembly: object }
  const before = Object.getOwnPropertyDescriptor(WebAssembly, 'Instance')!
  Object.defineProperty(WebAssembly, 'Instance', { ...before, value: refused })
  try {
    const plain = await decoded()
    expect(refused.mock.calls.length).toBeGreaterThanOrEqual(2) // the sums' and the decoder's
    expect(plain.map((pixels, at) => Buffer.compare(pixels, usual[at]!))).toEqual(usual.map(() => 0))
  } finally {
    Object.defineProperty(WebAssembly, 'Instance', before)
    vi.unstubAllGlobals()
  }
})
