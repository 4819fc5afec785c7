/** Rows that a loop over all pictures handles between two pauses. */
export const SLICE = 4096

/** Lets signals and timers through in the middle of a long loop. @throws the signal's reason when aborted */
export async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise(setImmediate)
  signal?.throwIfAborted()
}
