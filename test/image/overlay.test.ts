import { describe, expect, it } from 'vitest'
import { FOR, overlay, seenRegion } from '../../src/image/overlay.ts'

const grey = (width: number, height: number) => ({ data: new Uint8Array(width * height * 3).fill(128), width, height })

describe('seenRegion', () => {
  it.each([
    ['stretch', { left: 0, top: 0, width: 60, height: 20 }],
    ['crop', { left: 20, top: 0, width: 20, height: 20 }],
    ['pad', { left: 0, top: -20, width: 60, height: 60 }],
  ] as const)('maps the square of %s back onto the picture', (resize, region) => {
    expect(seenRegion({ width: 60, height: 20 }, resize)).toEqual(region)
  })
})

describe('overlay', () => {
  /** Evidence for at the left, against at the right. */
  const heat = { values: Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), width: 3, height: 3 }
  const at = (data: Uint8Array, width: number, x: number, y: number) =>
    Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)) as [number, number, number]

  it('is orange for, blue against and grey between', () => {
    const { data } = overlay(grey(60, 20), heat, seenRegion({ width: 60, height: 20 }, 'stretch'), 1)
    const [red, , blue] = at(data, 60, 5, 10)
    expect(red).toBeGreaterThan(blue + 100)
    const [r, g, b] = at(data, 60, 30, 10)
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(12)
    const [right, , against] = at(data, 60, 55, 10)
    expect(against).toBeGreaterThan(right + 70)
  })

  it('washes out what a crop leaves out, and nothing else', () => {
    const { data } = overlay(grey(60, 20), heat, seenRegion({ width: 60, height: 20 }, 'crop'), 1)
    const [r, g, b] = at(data, 60, 19, 10)
    expect([g, b]).toEqual([r, r])
    expect(r).toBeGreaterThan(200)
    const [red, , blue] = at(data, 60, 21, 10)
    expect(red - blue).toBeGreaterThan(80)
  })

  it('never exceeds the full colour', () => {
    const { data } = overlay(grey(3, 3), heat, seenRegion({ width: 3, height: 3 }, 'stretch'), 1e-9)
    expect(at(data, 3, 0, 1)[0]).toBeLessThanOrEqual(FOR[0])
  })
})
