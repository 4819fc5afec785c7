import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startOf, thisProcess } from '../../src/disk/holder.ts'
import { withTrainLock } from '../../src/model/lock.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** Where the system tells one process from a later one of the same number. */
const hasProc = fs.pathExistsSync('/proc/self/stat')

describe('the lock of a working folder', () => {
  it('keeps a second one out while the first works, and no longer', async () => {
    const folder = await tempFolder()
    await withTrainLock(folder, async () => {
      await expect(withTrainLock(folder, async () => 1)).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
    expect(await withTrainLock(folder, async () => 2)).toBe(2)
    expect(await fs.readdir(folder)).toEqual([])
  })

  it('is let go when the work fails', async () => {
    const folder = await tempFolder()
    await expect(
      withTrainLock(folder, async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await withTrainLock(folder, async () => 3)).toBe(3)
  })

  it('is not held by a process that died', async () => {
    const folder = await tempFolder()
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    await fs.writeJson(join(folder, '.train.lock'), { ...(await here()), pid: dead.pid })
    expect(await withTrainLock(folder, async () => 4)).toBe(4)
  })

  it.runIf(hasProc)('is not held by a later process that got the same number', async () => {
    const folder = await tempFolder()
    await fs.writeJson(join(folder, '.train.lock'), { ...(await here()), started: '1' })
    expect(await withTrainLock(folder, async () => 5)).toBe(5)
  })

  it('is not held by half a file', async () => {
    const folder = await tempFolder()
    await fs.writeFile(join(folder, '.train.lock'), '{"pid":')
    await fs.utimes(join(folder, '.train.lock'), 1e9, 1e9)
    expect(await withTrainLock(folder, async () => 6)).toBe(6)
  })

  it.runIf(hasProc)('is held by a process that is stopped (Ctrl-Z), however long', async () => {
    const folder = await tempFolder()
    const stopped = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'])
    await once(stopped, 'spawn')
    stopped.kill('SIGSTOP')
    onTestFinished(() => void stopped.kill('SIGKILL'))
    await fs.writeJson(join(folder, '.train.lock'), {
      ...(await here()),
      pid: stopped.pid,
      started: await startOf(stopped.pid!),
    })
    await fs.utimes(join(folder, '.train.lock'), 1e9, 1e9)
    await expect(withTrainLock(folder, async () => 7)).rejects.toMatchObject({ code: 'E_LOCKED' })
  })
})

/** This process without its start: as a lock of any process here. */
async function here() {
  const { started: _, ...place } = await thisProcess()
  return place
}
