import { describe, expect, test } from 'vitest'
import { blockEnds, chooseBlocks, type Step } from '../../src/graph/cut/blocks.ts'

/** `name:inputs` of spatial (s), pointwise (p) and plain steps, in turn; without inputs a step follows the one before. */
function steps(...lines: readonly string[]): Step[] {
  const kinds = { s: 'spatial', p: 'pointwise' } as const
  const names = lines.map(line => line.split(':')[0]!)
  return lines.map((line, at) => {
    const [name, inputs] = line.split(':')
    const kind = kinds[name![0] as 's' | 'p'] ?? 'plain'
    return { name: name!, inputs: inputs?.split(',') ?? (at === 0 ? [] : [names[at - 1]!]), kind }
  })
}

describe('where blocks end', () => {
  test('a chain of depthwise and pointwise convolutions, as MobileNet v1 is', () => {
    expect(blockEnds(steps('x', 's0', 'relu0', 's1', 'relu1', 'p1', 'end1', 's2', 'relu2', 'p2', 'end2'))).toEqual([
      'relu0',
      'end1',
      'end2',
    ])
  })

  test('inverted residuals: a second pointwise convolution begins the next block', () => {
    const found = blockEnds(
      steps('x', 's0', 'p0', 'bias0', 'p1', 's1', 'p2', 'bias2', 'p3', 's3', 'p4', 'add:bias2,p4', 'p5', 'relu5'),
    )
    expect(found).toEqual(['bias0', 'bias2', 'add'])
  })

  test('residual blocks end where their branches join, after the activation', () => {
    const block = (n: number, from: string) => [`p${n}:${from}`, `s${n}`, `q${n}`, `add${n}:${from},q${n}`, `relu${n}`]
    expect(blockEnds(steps('x', 's0', 'pool', ...block(1, 'pool'), ...block(2, 'relu1')))).toEqual([
      'pool',
      'relu1',
      'relu2',
    ])
  })

  test('branches side by side are one block, and squeeze-and-excite is none', () => {
    const inception = ['p1:x', 's1', 'p2:x', 'concat:s1,p2']
    const excite = ['mean', 'p4', 'gate', 'excited:concat,gate']
    expect(blockEnds(steps('x', ...inception, ...excite, 's5'))).toEqual(['excited', 's5'])
  })

  test('a chain without convolutions has no blocks', () => {
    expect(blockEnds(steps('x', 'dense', 'relu'))).toEqual([])
  })
})

describe('which blocks are read', () => {
  test('every second one of the second half, from the last back', () => {
    expect(chooseBlocks([32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024], 1024)).toEqual([6, 8, 10, 12])
  })

  test('fewer in deep and wide networks: inner layers are at most three times the last', () => {
    const widths = [64, ...[256, 512, 1024, 2048].flatMap((width, at) => new Array(at === 2 ? 36 : 3).fill(width))]
    const chosen = chooseBlocks(widths, 2048)
    expect(chosen.reduce((sum, at) => sum + widths[at]!, 0)).toBeLessThanOrEqual(3 * 2048)
    expect(chosen.length).toBeGreaterThan(2)
  })

  test('none where all are too wide, or none is known', () => {
    expect(chooseBlocks([4000], 100)).toEqual([])
    expect(chooseBlocks([0, 0, 0], 100)).toEqual([])
    expect(chooseBlocks([], 100)).toEqual([])
  })
})
