import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueAddress } from './address.ts'
import { queueError } from './queueError.ts'

/** How long a server that does not answer is left alone, in milliseconds. */
const REST_MS = 1000

/**
 * Asks a queue again and again while its server does not answer. Redis's client does so by itself, PostgreSQL's gives up at
 * once. For what may be asked twice: an answer that was lost on its way is no answer.
 *
 * @param isOver whether nobody waits for the answer any more
 * @throws UserError as `queueError` for everything that waiting does not mend
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  address: QueueAddress,
  onTrouble: (error: Error) => void,
  isOver: () => boolean = () => false,
): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (cause) {
      const error = queueError(cause, address)
      if (error.code !== 'E_QUEUE_DOWN' || isOver()) throw error
      onTrouble(error)
      await sleep(REST_MS)
    }
  }
}
