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
 * How long a run may take to end in order, in milliseconds. A person waits at most a second; an engine may keep the signal
 * itself waiting for a third of that.
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

/** As after `kill -9`: everything on the disk is such that this does no harm. */
function endAtOnce(exitCode: number): never {
  say('Stopped. All that was finished is kept, and so is the previous model; run the same command to go on.')
  process.exit(exitCode)
}

/** Without waiting for anything. */
function say(line: string): void {
  try {
    writeSync(process.stderr.fd, `${line}\n`)
  } catch {
    // Nobody listens.
  }
}
