import type { WasmFunction } from './wasmText.ts'

// Both are sums of bytes by weights in 1/4096, rounded, at least a pixel's channels at a time: one instruction multiplies four pairs
// of bytes by a pair of weights, and adds each pair. What V8 makes of the same in JavaScript takes four times as long.

/** Adds a local, or a number, to a local. */
const further = (local: string, by: string | number) => `
      local.get $${local}
      ${typeof by === 'number' ? `i32.const ${by}` : `local.get $${by}`}
      i32.add
      local.set $${local}`

/** The end of a loop that runs as often as a local says. */
const untilNone = (local: string) => `
      local.get $${local}
      i32.const 1
      i32.sub
      local.tee $${local}
      br_if 0
    end`

/** Adds to a sum what half of `pairs` comes to by the weights on the stack. */
const plus = (sum: string, half: 'low' | 'high', pairs: string) => `
      local.get $${pairs}
      i16x8.extend_${half}_i8x16_u
      i32x4.dot_i16x8_s
      local.get $${sum}
      i32x4.add
      local.set $${sum}`

/** The whole parts of two sums. */
const wholes = (one: string, other: string) => `
      local.get $${one}
      i32.const 12
      i32x4.shr_u
      local.get $${other}
      i32.const 12
      i32x4.shr_u
      i16x8.narrow_i32x4_s`

/** A half, for rounding. */
const HALF = `
      i32.const 2048
      i32x4.splat`

/**
 * Sums of pixels in a row, RGB. For each of `length` in the table: where its first pixel lies in a row (i32), and weights of four
 * times `groups` pixels (i16). `order` is where 16 bytes lie that bring the channels of four pixels into pairs.
 */
export const across: WasmFunction = {
  name: 'across',
  params: ['source', 'rowBytes', 'rows', 'to', 'length', 'table', 'groups', 'groupBytes', 'order'],
  numbers: ['entry', 'left', 'group', 'place'],
  vectors: ['sum', 'pairs', 'inPairs'],
  text: `
    local.get $order
    v128.load
    local.set $inPairs
    loop ;; over rows
      local.get $table
      local.set $entry
      local.get $length
      local.set $left
      loop ;; over pixels of the result
        local.get $source
        local.get $entry
        i32.load
        i32.add
        local.set $place
        ${HALF}
        local.set $sum
        local.get $groups
        local.set $group
        loop ;; over four pixels at a time
          local.get $place
          v128.load
          local.get $inPairs
          i8x16.swizzle
          local.set $pairs
          local.get $entry
          v128.load32_splat offset=4
          ${plus('sum', 'low', 'pairs')}
          local.get $entry
          v128.load32_splat offset=8
          ${plus('sum', 'high', 'pairs')}
          ${further('place', 'groupBytes')}
          ${further('entry', 8)}
        ${untilNone('group')}
        local.get $to
        ${wholes('sum', 'sum')}
        local.tee $sum
        local.get $sum
        i8x16.narrow_i16x8_u
        v128.store32_lane 0 ;; a byte too much, in the place of the next pixel
        ${further('to', 3)}
        ${further('entry', 4)}
      ${untilNone('left')}
      ${further('source', 'rowBytes')}
    ${untilNone('rows')}`,
}

/**
 * Sums of rows, the first `bytes` of each. For each of `length` in the table: where its first row lies (i32), and weights of twice
 * `pairs` rows (i16). Sixteen bytes are written at a time: those too many are in the place of the next row.
 */
export const down: WasmFunction = {
  name: 'down',
  params: ['source', 'rowBytes', 'bytes', 'to', 'length', 'table', 'pairs'],
  numbers: ['entry', 'pair', 'place', 'at'],
  vectors: ['upper', 'lower', 'weights', 'mixed', 'a', 'b', 'c', 'd'],
  text: `
    loop ;; over rows of the result
      i32.const 0
      local.set $at
      loop ;; over sixteen bytes at a time
        local.get $source
        local.get $table
        local.tee $entry
        i32.load
        i32.add
        local.get $at
        i32.add
        local.set $place
        ${HALF}
        local.tee $a
        local.tee $b
        local.tee $c
        local.set $d
        local.get $pairs
        local.set $pair
        loop ;; over two rows at a time
          local.get $place
          v128.load
          local.set $upper
          ${further('place', 'rowBytes')}
          local.get $place
          v128.load
          local.set $lower
          ${further('place', 'rowBytes')}
          local.get $upper
          local.get $lower
          i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
          local.set $mixed
          local.get $entry
          v128.load32_splat offset=4
          local.tee $weights
          ${plus('a', 'low', 'mixed')}
          local.get $weights
          ${plus('b', 'high', 'mixed')}
          local.get $upper
          local.get $lower
          i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31
          local.set $mixed
          local.get $weights
          ${plus('c', 'low', 'mixed')}
          local.get $weights
          ${plus('d', 'high', 'mixed')}
          ${further('entry', 4)}
        ${untilNone('pair')}
        local.get $to
        local.get $at
        i32.add
        ${wholes('a', 'b')}
        ${wholes('c', 'd')}
        i8x16.narrow_i16x8_u
        v128.store
        ${further('at', 16)}
        local.get $at
        local.get $bytes
        i32.lt_u
        br_if 0
      end
      ${further('to', 'bytes')}
      local.get $entry
      local.set $table
      ${further('table', 4)}
    ${untilNone('length')}`,
}
