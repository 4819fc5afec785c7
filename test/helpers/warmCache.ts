import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fs from 'fs-extra'
import { inject } from 'vitest'
import { examine } from '../../src/jobs/doctor/doctor.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { SAMPLE, sampleFolder } from './pictures.ts'

/** As long as a hook may take. */
const PATIENCE_MS = 100_000

/**
 * A `sampleFolder` in whose cache all of the sample is already, for tests that are not about the cache: computing it is
 * most of a training's time. It is computed once in a run of all tests.
 */
export async function warmSampleFolder(root: string, categories: readonly string[], count: number): Promise<string> {
  const tfFiles = await sampleFolder(root, categories, count)
  await warm(tfFiles)
  return tfFiles
}

/** Gives a working folder the bottlenecks of the whole sample. */
export async function warm(tfFiles: string): Promise<void> {
  const folder = inject('warmCache')
  if (folder === undefined) return
  const computed = await computedOnce(folder)
  await fs.copy(join(computed, 'parts'), join(layoutOf(tfFiles).bottlenecks, 'parts'))
}

/** The process that makes the folder fills it; the others wait. */
async function computedOnce(folder: string): Promise<string> {
  const tfFiles = join(folder, 'tf_files')
  const whole = join(folder, 'whole')
  const { bottlenecks, data } = layoutOf(tfFiles)
  const mine = await mkdir(tfFiles).then(
    () => true,
    () => false,
  )
  if (mine) {
    await fs.copy(SAMPLE, data)
    await examine(tfFiles, { steps: 1 })
    await mkdir(whole)
  }
  for (let waited = 0; waited < PATIENCE_MS && !(await fs.pathExists(whole)); waited += 50) await setTimeout(50)
  if (!(await fs.pathExists(whole))) throw new Error('the bottlenecks of the sample were not computed')
  return bottlenecks
}
