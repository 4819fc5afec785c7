/** Why a run was stopped from outside. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`)
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/** Ctrl-C and SIGTERM abort, so that what was computed is saved; a second one ends at once. A closed pipe ends quietly. */
export function onSignals(stop: AbortController): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map(signal => {
    const handler = () => {
      const interrupted = new Interrupted(signal)
      if (stop.signal.aborted) process.exit(interrupted.exitCode)
      stop.abort(interrupted)
      setTimeout(() => process.exit(interrupted.exitCode), 900).unref() // a person waits at most a second
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  const onPipe = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  }
  process.stdout.on('error', onPipe)
  process.stderr.on('error', onPipe)
  return () => {
    for (const off of handlers) off()
  }
}
