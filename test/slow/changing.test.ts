import { readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

it('pictures that vanish or change between the scan and the end are reported', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 12)
  const picture = (at: number) => join(tfFiles, 'data', 'bird', readdirSync(join(tfFiles, 'data', 'bird')).sort()[at]!)
  const [vanishing, broken, moved, late] = [picture(0), picture(1), picture(2), picture(3)]
  let touched = false
  const { manifest, changed } = await train(tfFiles, {
    steps: 100,
    folds: 0,
    onEvent: ({ kind }) => {
      if (kind === 'scanned') {
        unlinkSync(vanishing)
        writeFileSync(broken, 'half a pic')
        renameSync(moved, `${moved}.away`)
      } else if (kind === 'report' && !touched) {
        touched = true
        unlinkSync(late)
      }
    },
  })
  const named = ({ relative }: { relative: string }) => join(tfFiles, 'data', relative)
  expect(manifest.skipped.map(named).sort()).toEqual([vanishing, broken, moved].sort())
  expect(manifest.skipped.map(({ reason }) => reason)).toContain('no such file')
  expect(changed.map(named)).toEqual([late])
  expect(changed[0]!.reason).toBe('gone')
})

it('itc train lists what changed meanwhile', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 12)
  const [name] = readdirSync(join(tfFiles, 'data', 'bug')).sort()
  const { out, code } = await run(['train', tfFiles, '--steps', '100', '--folds', '0'], [], line => {
    if (line.startsWith('step ')) writeFileSync(join(tfFiles, 'data', 'bug', name!), 'other bytes')
  })
  expect(out).toContain(`changed meanwhile, train again: 1\n  bug/${name}: changed`)
  expect(code).toBe(0)
})
