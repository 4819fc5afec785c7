import { spawnSync } from 'node:child_process'
import { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'fs-extra'
import { expect, onTestFinished, test } from 'vitest'
import { withTrainLock } from '../../src/model/lock.ts'
import { makeManyPictures } from '../helpers/bigFolder.ts'
import { runItc, startItc } from '../helpers/itc.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { tinyModel } from '../helpers/tinyModel.ts'

const { tfFiles } = await tinyModel()

test.runIf(process.platform !== 'win32').each([
  ['one Ctrl-C', ['SIGINT'], 130],
  ['a second Ctrl-C', ['SIGINT', 'SIGINT'], 130],
  ['SIGTERM', ['SIGTERM'], 143],
] as const)('%s ends a process whose read never returns', async (_, signals, exitCode) => {
  const names = join(await tempFolder(), 'names')
  spawnSync('mkfifo', [names])
  const { child, ended } = startItc(['guess', tfFiles, '--from', names])
  const silent = await writerOf(names)
  onTestFinished(() => fs.close(silent))
  for (const signal of signals) {
    child.kill(signal)
    await sleep(50)
  }
  const err = expect.stringMatching(/^Stopped\. .*\n$/) // once, and nothing of the threads
  expect(await ended).toEqual({ code: exitCode, signal: null, out: '', err })
})

/** A pipe's other end, once there is a reader; who reads what is never written waits in a thread that nothing can stop. */
async function writerOf(pipe: string): Promise<number> {
  for (;;) {
    const end = await fs.open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined)
    if (end !== undefined) return end
    await sleep(20)
  }
}

test('a training that is refused while its network starts in threads ends by itself, and says why', async () => {
  const folder = await makeManyPictures(160, 2)
  const ended = await withTrainLock(folder, () => runItc(['train', folder]))
  expect(ended).toMatchObject({ code: 1, signal: null, err: expect.stringContaining('is at work in this folder') })
})

test('what ends a process by force is there for this machine', () => {
  expect(createRequire(import.meta.url)(`@koromix/koffi-${process.platform}-${process.arch}`).version).toMatch(/^3\./)
})
