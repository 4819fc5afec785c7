import { Rate } from '../flow/rate.ts'
import { describeRate, type TimeLeft } from './rate.ts'
import type { Terminal } from './terminal.ts'

/** How often a line is written where there is no terminal, in milliseconds. A run that is shorter writes none. */
const LINE_EVERY_MS = 10_000
/** How often a bar is drawn, in milliseconds. */
const DRAW_EVERY_MS = 100
/** Characters of a bar: as many as there is room for, within these. */
const WIDEST_BAR = 24
const NARROWEST_BAR = 6

/** Shows how far a long job has come. */
export interface Progress {
  /**
   * @param extra a few words behind the numbers
   * @param left of the whole run, where more comes after this: 'unknown' while nobody knows; by this one's own speed
   *   unless given
   */
  update(done: number, total: number, extra?: string, left?: TimeLeft | 'unknown'): void
  /** Takes the bar away; more than once does no harm. */
  stop(): void
}

/**
 * A bar with rate and time left where progress is watched; plain lines on standard error, ten seconds apart, elsewhere.
 *
 * @param label what is being done: "naming"
 */
export function createProgress(terminal: Terminal, label: string): Progress {
  const begun = performance.now()
  const shown = terminal.errIsTerminal ? createBar(terminal, label) : createLines(terminal, label)
  let isOver = false
  return {
    update: shown.update,
    stop() {
      shown.stop()
      if (!isOver) terminal.detail(`${label}: ${((performance.now() - begun) / 1000).toFixed(1)} s`)
      isOver = true
    },
  }
}

function createBar(terminal: Terminal, label: string): Progress {
  const rate = new Rate()
  let drawn = Number.NEGATIVE_INFINITY
  return {
    update(done, total, extra = '', left) {
      const now = performance.now()
      rate.add(done, now)
      if (now - drawn < DRAW_EVERY_MS && done < total) return
      drawn = now
      const width = (terminal.errWidth ?? 80) - 1 // a full line would wrap
      terminal.status(barLine(label, { done, total, extra, speed: speedText(rate, total - done, left) }, width))
    },
    stop: () => terminal.status(''),
  }
}

function speedText(rate: Rate, things: number, left: TimeLeft | 'unknown' | undefined): string {
  const perSecond = rate.perSecond()
  if (left !== undefined) return describeRate(perSecond, left === 'unknown' ? undefined : left)
  return describeRate(perSecond, perSecond === undefined ? undefined : { seconds: things / perSecond, atMost: false })
}

interface At {
  readonly done: number
  readonly total: number
  readonly extra: string
  readonly speed: string
}

/**
 * One line that fits. What there is no room for goes as a whole, the least needed first: a number that is cut is a wrong one.
 * What is done has no bar: what is at 100 % and stays there looks stuck.
 *
 * @internal for tests
 */
export function barLine(label: string, { done, total, extra, speed }: At, width: number): string {
  const count = `${done}/${total}`
  if (done >= total) {
    const left = speed.split(', ').at(-1)!
    const parts = left.includes('left') ? [left] : []
    return fitting([[label, count, '…', ...parts], [label, '…', ...parts], [label, '…'], ['…']], width)
  }
  const share = total > 0 ? done / total : 0
  const percent = `${Math.floor(share * 100)} %`
  const choices = [
    [label, percent, count, speed, extra],
    [label, percent, count, speed],
    [label, percent, speed],
    [label, percent],
    [percent],
  ].map(parts => parts.filter(part => part !== ''))
  const line = fitting(choices, width)
  const room = Math.min(WIDEST_BAR, width - line.length - 2)
  if (room < NARROWEST_BAR || !line.startsWith(label)) return line
  const filled = Math.round(share * room)
  const bar = '█'.repeat(filled) + '░'.repeat(room - filled)
  return `${label}  ${bar}${line.slice(label.length)}`
}

/** The first of some lines that fits. */
function fitting(choices: readonly (readonly string[])[], width: number): string {
  return choices.map(parts => parts.join('  ')).find(line => line.length <= width) ?? ''
}

function createLines({ info }: Terminal, label: string): Progress {
  const rate = new Rate()
  let written = performance.now()
  return {
    update(done, total, extra = '', left) {
      const now = performance.now()
      rate.add(done, now)
      if (now - written < LINE_EVERY_MS) return
      written = now
      const details = [speedText(rate, total - done, left), extra].filter(part => part !== '')
      info(`${label}: ${done} of ${total}${details.length > 0 ? ` (${details.join(', ')})` : ''}`)
    },
    stop: () => undefined,
  }
}
