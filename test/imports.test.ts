import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { imports, ROOMS, roomOf } from '../scripts/architecture/rooms.mjs'

// What still breaks the rules. A line goes with the fault it names; none is ever added.
const UPWARD: string[] = []
const CIRCLES: string[] = []
const IN_SEVERAL_ROOMS: string[] = []

const all = imports()
const inside = all.filter(({ isPackage }) => !isPackage)
const importedBy = new Map<string, string[]>()
for (const { from, to } of inside) importedBy.set(from, [...(importedBy.get(from) ?? []), to])

test('every room has its place in the order', () => {
  expect(readdirSync('src').filter(name => !ROOMS.includes(roomOf(name)))).toEqual([])
  expect(inside.filter(({ to }) => to.startsWith('..')).map(({ from, to }) => `${from} → ${to}`)).toEqual([])
})

test('a room imports only from rooms below it', () => {
  const upward = inside.filter(({ from, to }) => ROOMS.indexOf(roomOf(to)) > ROOMS.indexOf(roomOf(from)))
  expect(upward.map(({ from, to }) => `${from} → ${to}`)).toEqual(UPWARD)
})

test('no files import each other in a circle', () => {
  const reach = new Map([...importedBy.keys()].map(file => [file, reachableFrom(file)]))
  const circles = [...reach].map(([file, files]) => [...files].filter(other => reach.get(other)?.has(file)).sort())
  expect([...new Set(circles.filter(({ length }) => length > 0).map(files => files.join(' ')))].sort()).toEqual(CIRCLES)
})

test('a third-party library is imported in one room', () => {
  const rooms = new Map<string, Set<string>>()
  for (const { from, to } of all.filter(({ isPackage }) => isPackage)) {
    rooms.set(to, (rooms.get(to) ?? new Set()).add(roomOf(from)))
  }
  const several = [...rooms]
    .filter(([, { size }]) => size > 1)
    .map(([name, found]) => `${name}: ${[...found].join(' ')}`)
  expect(several.sort()).toEqual(IN_SEVERAL_ROOMS)
})

/** Every file that one leads to, itself only in a circle. */
function reachableFrom(file: string): Set<string> {
  const found = new Set<string>()
  const visit = (from: string) => {
    for (const to of importedBy.get(from) ?? []) {
      if (found.has(to)) continue
      found.add(to)
      visit(to)
    }
  }
  visit(file)
  return found
}
