import { describe, expect, it } from 'vitest'
import { decodeFiles, decodeVectors, encodeFiles, encodeVectors } from '../../src/table/arrow.ts'
import { Texts } from '../../src/table/texts.ts'

const hashes = Uint8Array.from({ length: 4 * 32 }, (_, at) => at)
const metadata = new Map([['about', 'a test']])

describe('vectors as an Arrow file', () => {
  it.each([
    ['float32', Float32Array.from({ length: 12 }, (_, at) => at / 7)],
    ['float16', Uint16Array.from({ length: 12 }, (_, at) => 1000 * at)],
  ])('come back as they were: %s', (_, vectors) => {
    const bytes = encodeVectors({ hashes, vectors, rows: 4, width: 3, metadata })
    expect(Buffer.from(bytes.subarray(0, 6)).toString()).toBe('ARROW1')
    expect(decodeVectors(new Uint8Array(bytes))).toEqual({ hashes, vectors, rows: 4, width: 3, metadata })
  })

  it('lie in the bytes that were read: a matrix is copied once, not twice', () => {
    const vectors = new Float32Array(12)
    const bytes = new Uint8Array(encodeVectors({ hashes, vectors, rows: 4, width: 3, metadata }))
    expect(decodeVectors(bytes).vectors.buffer).toBe(bytes.buffer)
  })

  it.each(['', 'ARROW1', 'no such file at all, but long enough for one'])('are not read from %j', text => {
    expect(() => decodeVectors(new Uint8Array(Buffer.from(text)))).toThrow()
  })
})

describe('files as an Arrow file', () => {
  it.each([[['ä/1.jpg', '', 'b/c d.png']], [['a/1.jpg', '', 'b/c d.png']]])('come back as they were: %j', names => {
    const table = {
      paths: Texts.of(names),
      sizes: Float64Array.of(1, 2 ** 40, 0),
      mtimes: Float64Array.of(1.25, 3, 1e12),
      hashes: hashes.subarray(0, 96),
      metadata,
    }
    const { paths, ...columns } = decodeFiles(encodeFiles(table))
    const { paths: _, ...written } = table
    expect(columns).toEqual(written)
    expect(names.map((_, row) => paths.at(row))).toEqual(names)
    expect(names.map((name, row) => paths.is(row, name))).toEqual([true, true, true])
    expect([paths.is(0, 'a/1.jp'), paths.is(1, 'b'), paths.is(3, '')]).toEqual([false, false, false])
  })
})
