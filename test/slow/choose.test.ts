import { join } from 'node:path'
import fs from 'fs-extra'
import { expect, it } from 'vitest'
import type { TrainEvent } from '../../src/jobs/train/events.ts'
import { train } from '../../src/jobs/train/train.ts'
import { run } from '../helpers/runCli.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const QUICK = { steps: 60, folds: 2, validation: 0, test: 0, report: false }

/** Swaps every other picture of two categories: nothing is left to learn. */
async function mixUp(data: string, one: string, other: string): Promise<void> {
  const names = await Promise.all([one, other].map(category => fs.readdir(join(data, category))))
  for (const [at, name] of names[0]!.sort().entries()) {
    if (at % 2 === 0) await fs.move(join(data, one, name), join(data, other, `swapped-${name}`))
  }
  for (const [at, name] of names[1]!.sort().entries()) {
    if (at % 2 === 0) await fs.move(join(data, other, name), join(data, one, `swapped-${name}`))
  }
}

it('--backbone auto compares on the same pictures, trains what it chose, and finds its bottlenecks in the cache the next time', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 12)
  await mixUp(join(tfFiles, 'data'), 'bird', 'vehicle')
  const events: TrainEvent[] = []
  const options = { ...QUICK, backbone: 'auto', resize: 'stretch', inputSize: 96 } as const
  const { choice, manifest } = await train(tfFiles, { ...options, onEvent: event => events.push(event) })
  expect(choice).toMatchObject({ pictures: 24, of: 24, endedEarly: false })
  expect(choice!.candidates.map(({ backbone }) => backbone)).toEqual([
    'mobilenet_v1',
    'mobilenet_v1+efficientnet_lite0',
    'mobilenet_v1+efficientnet_lite0+efficientnet_lite2',
  ])
  for (const { right, accuracy, gain, gainInterval, milliseconds } of choice!.candidates) {
    expect(accuracy).toBeCloseTo(right / 24, 10)
    expect(gain).toBeCloseTo((right - choice!.candidates[0]!.right) / 24, 10)
    expect(gainInterval.low).toBeLessThanOrEqual(gainInterval.high)
    expect(milliseconds).toBeGreaterThan(0)
  }
  const chosen = choice!.candidates[choice!.chosen]!
  expect(manifest.backbones.map(({ name }) => name).join('+')).toBe(chosen.backbone)
  expect(manifest.backbones[0]!.recipe).toMatchObject({ size: 96, resize: 'stretch' })
  const steps = events.flatMap(event => (event.kind === 'choosing' ? [event] : []))
  expect(steps.every(({ done, total }) => done >= 0 && done <= total)).toBe(true)
  expect(steps.map(({ done }) => done)).toEqual([...steps.map(({ done }) => done)].sort((a, b) => a - b))

  const later: TrainEvent[] = []
  const again = await train(tfFiles, { ...options, onEvent: event => later.push(event) })
  // What the cache has of networks that are still to come is no work either.
  const folds = 3 * (30 + 24 / 10)
  const totals = later.flatMap(event => (event.kind === 'choosing' && event.done > 0 ? [event.total] : []))
  expect(Math.max(...totals)).toBe(Math.round(folds))
  expect(Math.max(...steps.map(({ total }) => total))).toBeGreaterThan(Math.round(folds))
  expect(again.choice!.candidates.map(({ right }) => right)).toEqual(choice!.candidates.map(({ right }) => right))
})

it('--backbone auto keeps what it has when it is stopped; ends early where nothing is to be gained, and says so', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 3)
  const stop = new AbortController()
  const reason = new Error('stopped')
  const onEvent = (event: TrainEvent) => event.kind === 'choosing' && event.done > 4 && stop.abort(reason)
  await expect(train(tfFiles, { ...QUICK, backbone: 'auto', signal: stop.signal, onEvent })).rejects.toBe(reason)

  const { out, err, code } = await run(['train', tfFiles, '--backbone', 'auto', '--steps', '100', '--folds', '2'])
  expect(err).toMatch(/comparing up to 6 ways to see, by cross-validation on 6 pictures/)
  expect(out).toMatch(/^> +mobilenet_v1 +224 +stretch +\d+\.\d %/m)
  expect(out).toMatch(/kept: --backbone mobilenet_v1 --resize stretch: it makes so few mistakes/)
  expect(code).toBe(0)
})
