import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DEFAULT_HEAD_OPTIONS } from '../../../src/head/options.ts'
import type { TrainEvent } from '../../../src/jobs/train/events.ts'
import { Forecast } from '../../../src/jobs/train/forecast.ts'
import type { Speed } from '../../../src/jobs/train/speed.ts'

/** An event, and when it happened, in milliseconds. */
type Timed = readonly [at: number, event: TrainEvent | undefined]
/** What was told to be left, and what was, in seconds. */
interface Told {
  readonly at: number
  readonly seconds: number
  readonly truth: number
  /** Whether half of the work may fall away. */
  readonly atMost: boolean
}

/**
 * What trainings on 482 pictures told and when, on two cores that twenty others wanted too; thinned out. The last line is
 * the end.
 */
function recorded(name: string): Timed[] {
  const lines = readFileSync(new URL(`recorded/${name}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map(line => {
    const [at, kind, ...rest] = line.split(' ')
    return [Number(at), eventOf(kind!, rest)]
  })
}

function eventOf(kind: string, [first = '', ...rest]: readonly string[]): TrainEvent | undefined {
  const [done, total] = first.split('/').map(Number) as [number, number]
  switch (kind) {
    case 'end':
      return undefined
    case 'comparing':
      return { kind, candidates: done, pictures: Number(rest[0]), of: Number(rest[1]) }
    case 'scanned':
      return scanned(done, Number(rest[0]))
    case 'choosing':
      return { kind, done, total, atMost: rest.length > 0 }
    case 'bottlenecks': {
      const networks = rest.map(each => {
        const [, name, size, features, own, all] = /^(.*)@(\d+):(\d+):(\d+)\/(\d+)$/.exec(each)!
        return { name: name!, size: Number(size), features: Number(features), done: Number(own), total: Number(all) }
      })
      return { kind, done, total, cached: 0, decoded: 0, toDecode: 0, networks }
    }
    case 'split':
      return { kind, train: 0, validation: 0, test: 0 }
    default:
      return { kind: kind as 'steps', done, total }
  }
}

function scanned(pictures: number, categories: number): TrainEvent {
  const names = Array.from({ length: categories }, (_, at) => `category ${at}`)
  return { kind: 'scanned', pictures, categories: names, split: false, folders: [], root: '' }
}

/** 100,000 pictures in 50 categories, at the times that docs/reliability.md has of their stages. */
function hundredThousand(): Timed[] {
  const pictures = 100_000
  const network = { name: 'mobilenet_v1', size: 224, features: 1024, total: pictures }
  const bottlenecks = Array.from({ length: 300 }, (_, second): Timed => {
    const done = Math.round((pictures * second) / 299)
    const progress = { done, total: pictures, cached: 0, decoded: done, toDecode: pictures }
    return [1100 + second * 480, { kind: 'bottlenecks', ...progress, networks: [{ ...network, done }] }]
  })
  const ramp = (kind: 'steps' | 'cross-validation' | 'assessment', from: number, to: number) =>
    Array.from({ length: 20 }, (_, at): Timed => {
      return [from + ((to - from) * (at + 1)) / 20, { kind, done: (at + 1) * 200, total: 4000 }]
    })
  return [
    [1100, scanned(pictures, 50)],
    ...bottlenecks,
    [149_000, { kind: 'split', train: 80_000, validation: 10_000, test: 10_000 }],
    ...ramp('steps', 149_000, 152_600),
    ...ramp('cross-validation', 152_600, 159_000),
    ...ramp('assessment', 159_000, 161_000),
    [162_300, undefined],
  ]
}

/** What a forecast tells of a run, and what it keeps for the next. */
function told(run: readonly Timed[], before: Speed = {}): { readonly told: Told[]; readonly speed: Speed } {
  let now = 0
  const forecast = new Forecast({ head: DEFAULT_HEAD_OPTIONS, augment: 0 }, before, () => now)
  const end = run.at(-1)![0]
  const all = run.flatMap(([at, event]) => {
    now = at
    const { secondsLeft: seconds } = event === undefined ? {} : forecast.withTime(event)
    return seconds === undefined
      ? []
      : [{ at, seconds, truth: (end - at) / 1000, atMost: event?.kind === 'choosing' && event.atMost }]
  })
  return { told: all, speed: forecast.speed() }
}

/** What was told last when so much of a run was over, as a multiple of the truth; half of what is at most so much. */
function ratioAt(run: readonly Timed[], all: readonly Told[], share: number): number | undefined {
  const at = run.at(-1)![0] * share
  const last = all.filter(each => each.at <= at).at(-1)
  return last && last.seconds / last.truth / (last.atMost ? 2 : 1)
}

const RUNS = {
  'one network': recorded('cold'),
  'all from the cache': recorded('warm'),
  'two networks': recorded('good'),
  'a comparison': recorded('auto'),
  '100,000 pictures': hundredThousand(),
}
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9]

describe.each(Object.entries(RUNS))('the time left, %s', (_name, run) => {
  const first = told(run)
  const again = told(run, first.speed)

  test('is told of the first training once something was measured, within a factor of five', () => {
    expect(first.told.length).toBeGreaterThan(3)
    expect(first.told[0]!.at).toBeGreaterThan(1000)
    for (const share of SHARES) {
      const ratio = ratioAt(run, first.told, share) ?? 1
      expect([share, ratio > 0.2 && ratio < 5, ratio]).toEqual([share, true, ratio])
    }
  })

  test('is told of the next one at once, within a factor of two and a half', () => {
    expect(again.told[0]!.at).toBeLessThan(2000)
    for (const share of SHARES) {
      const ratio = ratioAt(run, again.told, share) ?? 1
      expect([share, ratio > 0.4 && ratio < 2.5, ratio]).toEqual([share, true, ratio])
    }
  })

  test('rises by no jumps, and never reaches nothing while there is something to do', () => {
    for (const all of [first.told, again.told]) {
      all.forEach(({ seconds }, at) => {
        expect(seconds).toBeGreaterThanOrEqual(1)
        const last = all[at - 1]
        if (last !== undefined && last.seconds > 2) expect(seconds / last.seconds).toBeLessThan(2)
      })
    }
  })
})

test('what a training found tells of a warm one after it, and of other networks', () => {
  const { speed } = told(RUNS['one network'])
  expect(Object.keys(speed)).toContain('bottlenecks')
  for (const [run, most] of [
    [RUNS['all from the cache'], 3],
    [RUNS['two networks'], 3],
  ] as const) {
    const ratio = ratioAt(run, told(run, speed).told, 0.1)!
    expect(ratio).toBeGreaterThan(1 / most)
    expect(ratio).toBeLessThan(most)
  }
})

test('a network that takes seconds to load is not taken for slow pictures', () => {
  const network = { name: 'mobilenet_v1', size: 224, features: 1024, total: 107 }
  const bottlenecks = (at: number, done: number): Timed => {
    const progress = { done, total: 107, cached: 0, decoded: Math.min(107, 4 + done), toDecode: 107 }
    return [at, { kind: 'bottlenecks', ...progress, networks: [{ ...network, done }] }]
  }
  const run: Timed[] = [
    [20, scanned(107, 4)],
    ...[440, 1000, 1800, 2600].map(at => bottlenecks(at, 0)),
    ...Array.from({ length: 54 }, (_, at) => bottlenecks(3770 + at * 160, 1 + at * 2)),
    [17_500, undefined],
  ]
  const { told: all } = told(run)
  for (const { seconds, truth } of all) expect(seconds).toBeLessThan(2 * truth)
  expect(all[0]!.at).toBeLessThan(8000)
})
