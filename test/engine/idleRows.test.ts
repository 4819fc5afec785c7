import { expect, it } from 'vitest'
import { IdleRows } from '../../src/engine/idleRows.ts'

/** Two heads, of rows 0 and 4, and of row 4. */
const SOME = { rows: 6, heads: 2, active: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0) }

it('leaves rows out of the batches that train no head, in their order, with one of them to fill up', () => {
  const { rows, batch } = new IdleRows(SOME).without(Int32Array.of(1, 0, 2, 4, 4, 4, 5, 0, 1, 2, 3, 5), 4)
  expect(batch).toBe(3)
  expect([...rows]).toEqual([0, 4, 1, 4, 4, 0, 1, 1, 1])
})

it('counts an eighth of the rows where heads train on an eighth of them', () => {
  const active = Float32Array.from({ length: 800 }, (_, row) => (row % 8 === 0 ? 1 : 0))
  const drawn = Int32Array.from({ length: 100 * 160 }, (_, at) => (at * 577) % 800)
  const { batch } = new IdleRows({ rows: 800, heads: 1, active }).without(drawn, 160)
  expect(batch).toBe(20)
})

it('makes a batch of one where no row of it trains', () => {
  expect(new IdleRows(SOME).without(Int32Array.of(1, 2, 3, 5), 2)).toEqual({ rows: Int32Array.of(1, 1), batch: 1 })
})

it('leaves batches as they are where every row trains', () => {
  const drawn = Int32Array.of(1, 0, 1, 1)
  expect(new IdleRows({ rows: 2, heads: 1, active: Float32Array.of(1, 1) }).without(drawn, 2).rows).toBe(drawn)
})
