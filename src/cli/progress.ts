import { SingleBar } from 'cli-progress'
import { describeRate, Rate } from './rate.ts'
import type { Terminal } from './terminal.ts'

/** How often a line is written where there is no terminal, in milliseconds. A run that is shorter writes none. */
const LINE_EVERY_MS = 10_000
const BAR_WIDTH = 24

/** Shows how far a long job has come. */
export interface Progress {
  /** @param extra a few words behind the numbers */
  update(done: number, total: number, extra?: string): void
  /** Writes lines to the terminal above the bar, which would otherwise run into them. */
  aside(write: () => void): void
  /** Takes the bar away; more than once does no harm. */
  stop(): void
}

/**
 * A bar with rate and time left where progress is watched; plain lines on standard error, ten seconds apart, elsewhere.
 *
 * @param label what is being done: "Naming pictures"
 */
export function createProgress(terminal: Terminal, label: string): Progress {
  return terminal.errIsTerminal ? createBar(label) : createLines(terminal, label)
}

function createBar(label: string): Progress {
  const rate = new Rate()
  let at = { done: 0, total: 0, extra: '' }
  const bar = new SingleBar({
    format: (_options, { maxWidth }) => renderBar(label, at, rate, maxWidth),
    clearOnComplete: true,
    forceRedraw: true,
    linewrap: true, // else an end by force would leave the terminal without it
  })
  return {
    update(done, total, extra = '') {
      at = { done, total, extra }
      rate.add(done, performance.now())
      if (!bar.isActive) bar.start(total, done)
      else {
        bar.setTotal(total)
        bar.update(done)
      }
    },
    aside(write) {
      if (!bar.isActive) return write()
      bar.stop()
      write()
      bar.start(at.total, at.done)
    },
    stop() {
      if (bar.isActive) bar.stop()
    },
  }
}

interface At {
  readonly done: number
  readonly total: number
  readonly extra: string
}

/** One line that fits: a line too long for the terminal could not be taken back. */
function renderBar(label: string, { done, total, extra }: At, rate: Rate, width: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * BAR_WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  const parts = [label, bar, `${Math.floor(share * 100)} %`, `${done}/${total}`]
  const speed = describeRate(done, total, rate.perSecond())
  return [...parts, speed, extra]
    .filter(part => part !== '')
    .join('  ')
    .slice(0, Math.max(0, width - 1))
}

function createLines({ err }: Terminal, label: string): Progress {
  const rate = new Rate()
  let written = performance.now()
  return {
    update(done, total, extra = '') {
      const now = performance.now()
      rate.add(done, now)
      if (now - written < LINE_EVERY_MS) return
      written = now
      const details = [describeRate(done, total, rate.perSecond()), extra].filter(part => part !== '')
      err(`${label}: ${done} of ${total}${details.length > 0 ? ` (${details.join(', ')})` : ''}`)
    },
    aside: write => write(),
    stop: () => undefined,
  }
}
