import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { withLock } from '../../src/disk/lock.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** Called before a file is renamed: the moment between finding a lock dead and taking it away. */
const overtaking = vi.hoisted(() => ({ before: async (_path: string) => {} }))
vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const rename = async (from: string, to: string) => {
    await overtaking.before(from)
    await fs.rename(from, to)
  }
  return { ...fs, rename }
})

test('a lock that another process took over from a dead one just now stays its own', async () => {
  const path = join(await tempFolder(), 'lock')
  await writeFile(path, JSON.stringify({ pid: 2 ** 30, host: hostname() }))
  const alive = JSON.stringify({ pid: process.ppid, host: hostname() })
  overtaking.before = () => writeFile(path, alive)
  const waiting = vi.fn(() => {
    throw new Error('busy')
  })
  await expect(withLock(path, { waiting }, async () => 'at work')).rejects.toThrow('busy')
  expect(waiting).toHaveBeenCalledWith(JSON.parse(alive))
  expect(await readFile(path, 'utf8')).toBe(alive)
})
