import { writeSync } from 'node:fs'
import { endHard } from './hardEnd.ts'
import { CLEAR_LINE } from './statusLine.ts'

/** What stops a run, and the exit code that shells show for it. A closed window hangs up; Ctrl-Break is Windows’. */
const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const
type StopSignal = keyof typeof STOP_SIGNALS

/** Why a run was stopped from outside. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`)
    this.exitCode = STOP_SIGNALS[signal]
  }
}

/**
 * How long a run may take to end properly, in milliseconds. A person waits at most a second, and an engine may hold up
 * the signal itself for a third of that.
 */
const GRACE_MS = 600
/** The same for a worker, which finishes its batches: whoever stops workers sets a time of their own, and a second signal ends. */
export const WORKER_GRACE_MS = 300_000

/**
 * Ctrl-C and its kin abort, so that what was computed is saved; a second one, or too much to save, ends at once. When the
 * reader of a pipe has gone (`| head`), the work goes on without it.
 *
 * @param graceMs how long the work may take to end properly
 * @returns to be called when the work has ended by itself, and said what there is to say: a signal ends at once from then on
 */
export function onSignals(stop: AbortController, graceMs: number = GRACE_MS): () => void {
  let grace: NodeJS.Timeout | undefined
  let isOver = false
  for (const signal of Object.keys(STOP_SIGNALS) as StopSignal[]) {
    process.on(signal, () => {
      const { exitCode } = new Interrupted(signal)
      if (process.stderr.isTTY) write(CLEAR_LINE) // the ^C that a terminal shows, and a bar
      if (isOver) endHard(exitCode)
      if (stop.signal.aborted) return endAtOnce(exitCode)
      stop.abort(new Interrupted(signal))
      grace = setTimeout(() => endAtOnce(exitCode), graceMs).unref()
    })
  }
  const onStream = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    say(`error: The output can't be written (${error.code}).`)
    endHard(1)
  }
  process.stdout.on('error', onStream)
  process.stderr.on('error', onStream)
  return () => {
    clearTimeout(grace)
    isOver = true
  }
}

/** Ends as `kill -9` would, which does no harm: what is on the disk is always complete. */
function endAtOnce(exitCode: number): never {
  if (process.stderr.isTTY) write(CLEAR_LINE)
  say('Stopped. All that was finished is kept, and nothing else was changed; run the same command to go on.')
  endHard(exitCode)
}

function say(line: string): void {
  write(`${line}\n`)
}

/** Writes at once, waiting for nothing. */
function write(text: string): void {
  try {
    writeSync(process.stderr.fd, text)
  } catch {
    // Nobody reads it any more.
  }
}
