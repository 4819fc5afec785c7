import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawRooms } from '../scripts/architecture/draw.mjs'
import { imports, presentRooms, roomOf } from '../scripts/architecture/rooms.mjs'

const all = imports()

test('docs/architecture.svg shows the imports (npx vitest run test/architecture.test.ts -u draws it)', async () => {
  await expect(drawRooms()).toMatchFileSnapshot('../docs/architecture.svg')
})

test('docs/architecture.md has a line for every room, in their order, with its libraries', () => {
  const lines = [...readText('docs/architecture.md').matchAll(/^\| `(\w+)` \| .* \|([^|]*)\|$/gm)]
  expect(lines.map(([, room]) => room)).toEqual(presentRooms())
  for (const [, room, named = ''] of lines) {
    const libraries = all.filter(({ from, isPackage }) => isPackage && roomOf(from) === room).map(({ to }) => to)
    expect(named.trim().split(', ').filter(Boolean).sort(), room).toEqual([...new Set(libraries)].sort())
  }
})

test('README.md tells the order of the rooms', () => {
  const order = /^`(errors → [^`]*)`/m.exec(readText('README.md'))?.[1]
  expect(order?.split(/\s+→\s+/)).toEqual(presentRooms())
})

function readText(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}
