import { describe, expect, test } from 'vitest'
import { comparePaths, Namer, safeLabel } from '../../../src/jobs/guess/naming.ts'

describe('names', () => {
  test('are category, score with five decimals, and the extension as it is', () => {
    const namer = new Namer([])
    expect(namer.take('darth_vader', 0.99621, 'a/images00.jpg')).toBe('darth_vader-0.99621.jpg')
    expect(namer.take('elsa', 1, 'b.JPEG')).toBe('elsa-1.00000.JPEG')
    expect(namer.take('elsa', 0.5, 'without')).toBe('elsa-0.50000')
  })

  test('get a number when they clash, also where a file system ignores case', () => {
    const namer = new Namer(['Elsa-0.50000.jpg', 'elsa-0.50000-3.jpg'])
    expect(namer.take('elsa', 0.5, 'a.jpg')).toBe('elsa-0.50000-2.jpg')
    expect(namer.take('elsa', 0.5, 'b.jpg')).toBe('elsa-0.50000-4.jpg')
    expect(namer.take('elsa', 0.5, 'b.png')).toBe('elsa-0.50000.png')
  })

  test('are found quickly for very many equal pictures', () => {
    const namer = new Namer([])
    for (let i = 1; i < 50_000; i++) namer.take('cat', 0.5, 'a.jpg')
    expect(namer.take('cat', 0.5, 'a.jpg')).toBe('cat-0.50000-50000.jpg')
  })

  test('replace what is illegal on some file system', () => {
    expect(safeLabel('a/b\\c:d*e?f"g<h>i|j\nk')).toBe('a_b_c_d_e_f_g_h_i_j_k')
    expect(safeLabel('.hidden')).toBe('_hidden')
    expect(safeLabel('Straße 日本 🍓')).toBe('Straße 日本 🍓')
  })

  test('fit into 255 bytes, cut between characters', () => {
    const namer = new Namer([])
    for (let i = 0; i < 120; i++) {
      const name = namer.take('日'.repeat(85), 0.5, 'a.jpeg')
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      expect(name).toMatch(/^日+-0\.50000(-\d+)?\.jpeg$/)
    }
    expect(namer.take('cat', 0.5, `a.${'x'.repeat(250)}`)).toBe('cat-0.50000')
  })
})

test('paths are ordered as a scan finds them: folder by folder', () => {
  const paths = ['a', 'a/b', 'a/b/c', 'a b/x', 'a-', 'b', 'é', '\uFFFD', '🍓']
  const shuffled = [...paths].reverse()
  expect(shuffled.sort(comparePaths)).toEqual(paths)
})
