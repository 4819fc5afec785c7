/**
 * Settles as `task` does, or rejects with the signal's reason once that is aborted: for what may never settle, such as
 * reading what a person types. The task itself may still go on.
 */
export async function unlessAborted<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return task
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([aborted, task]) // the task's own failure, later, is nobody's concern then
  } finally {
    signal.removeEventListener('abort', stop!)
  }
}
