import { writeSync } from 'node:fs'

/** Why a run was stopped from outside. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`)
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/**
 * How long a run may take to end properly, in milliseconds. A person waits at most a second, and an engine may hold up
 * the signal itself for a third of that.
 */
const GRACE_MS = 600

/**
 * Ctrl-C and SIGTERM abort, so that what was computed is saved; a second one, or too much to save, ends at once. When the
 * reader of a pipe has gone (`| head`), the work goes on without it.
 */
export function onSignals(stop: AbortController): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map(signal => {
    const handler = () => {
      const { exitCode } = new Interrupted(signal)
      if (stop.signal.aborted) return endAtOnce(exitCode)
      stop.abort(new Interrupted(signal))
      setTimeout(() => endAtOnce(exitCode), GRACE_MS).unref()
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  const onStream = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    say(`error: The output can't be written (${error.code}).`)
    process.exit(1)
  }
  process.stdout.on('error', onStream)
  process.stderr.on('error', onStream)
  return () => {
    for (const off of handlers) off()
  }
}

/** Ends as `kill -9` would, which does no harm: what is on the disk is always complete. */
function endAtOnce(exitCode: number): never {
  say('Stopped. All that was finished is kept, and so is the previous model; run the same command to go on.')
  process.exit(exitCode)
}

/** Writes at once, waiting for nothing. */
function say(line: string): void {
  try {
    writeSync(process.stderr.fd, `${line}\n`)
  } catch {
    // Nobody reads it any more.
  }
}
