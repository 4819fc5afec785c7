import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isInside, isInsideByName } from '../../src/disk/inside.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

test.each([
  ['win32', 'C:\\Fotos', 'c:\\fotos\\out', true],
  ['win32', 'C:\\Fotos', 'C:\\FOTOS', true],
  ['win32', 'C:\\Fotos', 'D:\\Fotos\\out', false],
  ['win32', 'C:\\Fotos', 'C:\\Fotos-2', false],
  ['win32', '\\\\server\\share\\a', '\\\\SERVER\\share\\A\\b', true],
  ['darwin', '/Users/a/Café'.normalize('NFC'), '/Users/a/CAFÉ/out'.normalize('NFD'), true],
  ['darwin', '/Users/a/b', '/Users/a/..b', false],
  ['linux', '/a/b', '/a/B/c', false],
  ['linux', '/a/b', '/a/b/..c', true],
  ['linux', '/a/b', '/a', false],
] as const)('on %s, for %s the path %s is inside: %s', (platform, folder, path, expected) => {
  expect(isInsideByName(folder, path, platform)).toBe(expected)
})

describe('on this disk', () => {
  test('what is not there yet, and what a link leads to, is seen where it would be', async () => {
    const root = await tempFolder()
    const folder = join(root, 'Photos')
    await mkdir(join(folder, 'old'), { recursive: true })
    await symlink(join(folder, 'old'), join(root, 'link'), 'junction')
    expect(await isInside(folder, join(folder, 'new', 'out'))).toBe(true)
    expect(await isInside(folder, join(root, 'link', 'out'))).toBe(true)
    expect(await isInside(folder, join(root, 'other', 'out'))).toBe(false)
  })
})
