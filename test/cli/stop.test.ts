import { spawnSync } from 'node:child_process'
import { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fs from 'fs-extra'
import { expect, onTestFinished, test } from 'vitest'
import { startItc } from '../helpers/itc.ts'
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

test('what ends a process by force is there for this machine', () => {
  expect(createRequire(import.meta.url)(`@koromix/koffi-${process.platform}-${process.arch}`).version).toMatch(/^3\./)
})
