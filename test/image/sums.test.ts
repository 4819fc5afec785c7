import { expect, test } from 'vitest'
import { type Channels, hold, type Lines, sumAcross, sumDown, viewOf } from '../../src/image/sums.ts'
import { random } from '../helpers/samples.ts'

const next = random(11)

interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: Channels
}

function picture(width: number, height: number, channels: Channels): Picture {
  return { data: Uint8Array.from({ length: width * height * channels }, () => next(256)), width, height, channels }
}

/** Lines of which many lie before or behind those there are; weights that make up 1, or somewhat less. */
function lines(from: number, length: number, taps: number): Lines {
  const firsts = Int32Array.from({ length }, () => next(from + taps) - taps)
  const weights = new Uint16Array(length * taps)
  for (let line = 0; line < length; line++) {
    for (let tap = 0, left = 4096 - next(3); tap < taps; tap++) {
      const weight = tap === taps - 1 ? left : next(left + 1)
      weights[line * taps + tap] = weight
      left -= weight
    }
  }
  return { length, taps, firsts, weights }
}

function held({ data, width, height, channels }: Picture) {
  const { held, bytes } = hold(width, height, channels)
  bytes.set(data)
  return held
}

/** One sum, a number after another. */
function sum({ taps, firsts, weights }: Lines, line: number, from: number, value: (line: number) => number): number {
  let whole = 2048
  for (let tap = 0; tap < taps; tap++) {
    whole += weights[line * taps + tap]! * value(Math.min(Math.max(firsts[line]! + tap, 0), from - 1))
  }
  return whole >> 12
}

/** RGB of both directions, one after the other. */
function plain({ data, width, height, channels }: Picture, rows: Lines, columns: Lines): Uint8Array {
  const low = Uint8Array.from({ length: rows.length * width * channels }, (_, at) => {
    const [row, rest] = [Math.floor(at / (width * channels)), at % (width * channels)]
    return sum(rows, row, height, line => data[line * width * channels + rest]!)
  })
  return Uint8Array.from({ length: rows.length * columns.length * 3 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3 / columns.length), Math.floor(at / 3) % columns.length]
    return sum(columns, column, width, line => low[(row * width + line) * channels + (at % 3)]!)
  })
}

test.each([1, 2, 3, 4, 5, 7, 9])('sums of %i lines are what they are one number after another', taps => {
  for (const channels of [3, 4] as const) {
    for (const [width, height] of [
      [1, 1],
      [2, 7],
      [37, 5],
      [64, 33],
    ] as const) {
      const from = picture(width, height, channels)
      const [rows, columns] = [lines(height, 1 + next(60), taps), lines(width, 1 + next(60), taps)]
      const found = viewOf(sumAcross(sumDown(held(from), rows), columns))
      expect(Buffer.compare(found, plain(from, rows, columns)), `${width} x ${height}, ${channels}`).toBe(0)
    }
  }
})

test('the brightest stays so, and the darkest', () => {
  for (const value of [0, 255]) {
    const from = { data: new Uint8Array(9 * 9 * 4).fill(value), width: 9, height: 9, channels: 4 as const }
    const all = { length: 9, taps: 2, firsts: Int32Array.from({ length: 9 }, (_, at) => at) }
    const each = { ...all, weights: Uint16Array.from({ length: 18 }, (_, at) => (at % 2 === 0 ? 4095 : 1)) }
    expect(new Set(viewOf(sumAcross(sumDown(held(from), each), each)))).toEqual(new Set([value]))
  }
})

test('a picture that takes much memory is summed as a small one, and so is the one after it', () => {
  const large = picture(1500, 1400, 3)
  const [rows, columns] = [lines(1400, 1800, 2), lines(1500, 3, 2)]
  expect(Buffer.compare(viewOf(sumAcross(sumDown(held(large), rows), columns)), plain(large, rows, columns))).toBe(0)
  const small = picture(20, 10, 4)
  const [some, others] = [lines(10, 30, 3), lines(20, 10, 3)]
  expect(Buffer.compare(viewOf(sumAcross(sumDown(held(small), some), others)), plain(small, some, others))).toBe(0)
})
