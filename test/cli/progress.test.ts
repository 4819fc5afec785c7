import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { barLine, createProgress } from '../../src/cli/progress.ts'
import { describeRate, formatDuration } from '../../src/cli/rate.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { TrainReport } from '../../src/cli/trainReport.ts'
import { Rate } from '../../src/flow/rate.ts'

describe('rate', () => {
  test('is not told from the first second', () => {
    const rate = new Rate()
    rate.add(0, 0)
    rate.add(100, 400)
    expect(rate.perSecond()).toBeUndefined()
  })

  test('follows the last seconds, not what a cache gave at the start', () => {
    const rate = new Rate()
    rate.add(0, 0)
    rate.add(10_000, 100)
    for (let second = 1; second <= 60; second++) rate.add(10_000 + second * 5, second * 1000)
    expect(rate.perSecond()).toBeCloseTo(5, 5)
  })

  test('is not misled by work that comes in bursts', () => {
    const rate = new Rate()
    rate.add(0, 0)
    for (let burst = 0; burst < 4; burst++) {
      for (let i = 1; i <= 64; i++) {
        rate.add(burst * 64 + i, 20_000 * (burst + 1))
        if (burst === 0) expect(rate.perSecond()).toBeUndefined()
        else if (burst > 1) expect(rate.perSecond()).toBeCloseTo(3.2, 5)
      }
    }
  })

  test('is not misled by what is told again while everything is still being prepared', () => {
    const rate = new Rate()
    for (let at = 0; at <= 3000; at += 250) rate.add(0, at)
    rate.add(1, 3300)
    expect(rate.perSecond()).toBeUndefined()
    for (let second = 1; second <= 5; second++) rate.add(1 + second * 20, 3300 + second * 1000)
    expect(rate.perSecond()).toBeCloseTo(20, 5)
  })

  test('is described with the time left', () => {
    const left = (seconds: number, atMost = false) => ({ seconds, atMost })
    expect(describeRate(undefined, undefined)).toBe('')
    expect(describeRate(2.5, undefined)).toBe('2.5/s')
    expect(describeRate(undefined, left(20))).toBe('20 s left')
    expect(describeRate(2.5, left(20))).toBe('2.5/s, 20 s left')
    expect(describeRate(250, left(400, true))).toBe('250/s, 6 min 40 s left at most')
    expect(formatDuration(3 * 3600 + 65)).toBe('3 h 01 min')
  })
})

describe('progress where nobody watches', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('is a plain line every ten seconds at most', () => {
    const lines: string[] = []
    const terminal = {
      errIsTerminal: false,
      info: (line: string) => void lines.push(line),
      detail: () => undefined,
    } as Partial<Terminal>
    const progress = createProgress(terminal as Terminal, 'Naming pictures')
    for (let second = 0; second <= 25; second++) {
      progress.update(second * 4, 200)
      vi.advanceTimersByTime(1000)
    }
    progress.stop()
    expect(lines).toEqual([
      'Naming pictures: 40 of 200 (4.0/s, 40 s left)',
      'Naming pictures: 80 of 200 (4.0/s, 30 s left)',
    ])
  })
})

describe('a bar', () => {
  const at = { done: 161, total: 320, extra: '202 cached', speed: '6.8/s, 46 s left' }

  test.each([80, 60, 40, 30, 20, 8, 3, 0])('fits %i columns and cuts no number', width => {
    const line = barLine('bottlenecks', at, width)
    expect(line.length).toBeLessThanOrEqual(width)
    const parts = ['bottlenecks', '50 %', '161/320', at.speed, at.extra]
    const words = line.replace(/ {2}[█░]+/, '').split('  ')
    expect(words.filter(word => word !== '' && !parts.includes(word))).toEqual([])
  })

  test('leaves out what matters least', () => {
    const line = (width: number) => barLine('bottlenecks', at, width)
    expect(line(79)).toBe('bottlenecks  ███████████░░░░░░░░░░  50 %  161/320  6.8/s, 46 s left  202 cached')
    expect(line(40)).toBe('bottlenecks  50 %  6.8/s, 46 s left')
    expect(line(25)).toBe('bottlenecks  ███░░░  50 %')
    expect(line(10)).toBe('50 %')
  })

  test('is none where all is done: what stays at 100 % looks stuck', () => {
    expect(barLine('bottlenecks', { ...at, done: 320 }, 79)).toBe('bottlenecks  320/320  …  46 s left')
    expect(barLine('bottlenecks', { ...at, done: 320, speed: '6.8/s' }, 79)).toBe('bottlenecks  320/320  …')
  })
})

test('the bar of a training tells pictures that are decoded from bottlenecks, of which several networks have as many each', () => {
  const lines: string[] = []
  const terminal = { errIsTerminal: true, errWidth: 100, info: () => undefined } as Partial<Terminal>
  const report = new TrainReport({ ...terminal, status: line => void lines.push(line) } as Terminal, false)
  const networks = [0, 1].map(at => ({ name: `${at}`, size: 224, features: 1024, done: 5, total: 10 }))
  report.event({ kind: 'bottlenecks', done: 14, total: 24, cached: 4, decoded: 7, toDecode: 10, networks })
  expect(lines).toEqual([expect.stringMatching(/^bottlenecks {2}[█░]+ {2}58 % {2}14\/24 {2}4 cached, decoded 7\/10$/)])
})
