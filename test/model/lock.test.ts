import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { withLock } from '../../src/model/lock.ts'
import { tempFolder } from '../tempFolder.ts'

describe('the lock of a working folder', () => {
  it('keeps a second one out while the first works, and no longer', async () => {
    const folder = await tempFolder()
    await withLock(folder, async () => {
      await expect(withLock(folder, async () => 1)).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
    expect(await withLock(folder, async () => 2)).toBe(2)
    expect(await fs.readdir(folder)).toEqual([])
  })

  it('is let go when the work fails', async () => {
    const folder = await tempFolder()
    await expect(
      withLock(folder, async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await withLock(folder, async () => 3)).toBe(3)
  })

  it('is not held by a process that died', async () => {
    const folder = await tempFolder()
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    await fs.writeJson(join(folder, '.train.lock'), { pid: dead.pid, host: hostname() })
    expect(await withLock(folder, async () => 4)).toBe(4)
  })

  it.runIf(process.platform === 'linux')('is not held by a later process that got the same number', async () => {
    const folder = await tempFolder()
    await fs.writeJson(join(folder, '.train.lock'), { pid: process.pid, host: hostname(), started: '1' })
    expect(await withLock(folder, async () => 5)).toBe(5)
  })

  it('is not held by half a file', async () => {
    const folder = await tempFolder()
    await fs.writeFile(join(folder, '.train.lock'), '{"pid":')
    expect(await withLock(folder, async () => 6)).toBe(6)
  })
})
