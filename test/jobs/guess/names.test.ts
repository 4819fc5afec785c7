import { describe, expect, it } from 'vitest'
import { readNames } from '../../../src/jobs/guess/names.ts'

async function groups(chunks: readonly (string | Uint8Array)[], most = 64): Promise<(readonly string[])[]> {
  const all: (readonly string[])[] = []
  async function* bytes() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }
  for await (const group of readNames(bytes(), most, 'standard input')) all.push(group)
  return all
}

describe('a list of names', () => {
  it('gives those that came together as one group, wherever the chunks are cut', async () => {
    expect(await groups(['a.jpg\nb.jpg\nc', '.jpg\n', 'd', '.jpg'])).toEqual([['a.jpg', 'b.jpg'], ['c.jpg'], ['d.jpg']])
    const eAcute = Buffer.from('é.jpg\n')
    expect(await groups([eAcute.subarray(0, 1), eAcute.subarray(1)])).toEqual([['é.jpg']])
  })

  it('gives no group larger than asked for', async () => {
    expect(await groups(['1\n2\n3\n4\n5\n'], 2)).toEqual([['1', '2'], ['3', '4'], ['5']])
  })

  it('is taken as Windows’ programs write it, and without empty lines', async () => {
    expect(await groups(['\uFEFFa b.jpg\r\n\r\n\n c.jpg \r\n'])).toEqual([['a b.jpg', ' c.jpg ']])
    expect(await groups([])).toEqual([])
  })

  it.each([
    ['a picture', ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR']],
    ['one line without an end', Array.from({ length: 40 }, () => 'x'.repeat(1000))],
  ])('is refused when it is %s', async (_what, chunks) => {
    await expect(groups(chunks)).rejects.toThrow(/Expected names of pictures, one a line, in standard input/)
  })
})
