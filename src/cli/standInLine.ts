import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultCacheFolder } from '../backbone/cacheFolder.ts'
import { standIn } from '../engine/standIn.ts'
import { systemCode } from '../errors.ts'
import { VERSION } from '../version.ts'
import type { Terminal } from './terminal.ts'

/** Tells, once a machine, that a slower engine did the work and how to get the faster one. `itc doctor` tells it always. */
export async function printStandIn(
  { err, errColors: colors }: Terminal,
  cacheFolder = defaultCacheFolder(),
): Promise<void> {
  const { engine, problem, remedy } = standIn() ?? {}
  if (problem === undefined || !(await isNew(cacheFolder))) return
  err(
    `${colors.yellow('note:')} ${problem} The ${engine} engine does its work, more slowly.${remedy ? ` ${remedy}` : ''}`,
  )
}

/** Leaves a file that says so; where none can be left, it is told again. */
async function isNew(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `slower-engine-told-${VERSION}`), '', { flag: 'wx' })
    return true
  } catch (error) {
    return systemCode(error) !== 'EEXIST'
  }
}
