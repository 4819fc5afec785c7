import { join } from 'node:path'
import { type Holder, withLock } from '../disk/lock.ts'
import { UserError } from '../errors.ts'

/**
 * Keeps a second training out of a working folder while `work` runs. A process that died holds nothing.
 *
 * @throws UserError `E_LOCKED` when another process is training there
 */
export function withTrainLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, '.train.lock')
  const waiting = ({ pid, host }: Holder) => {
    throw new UserError('E_LOCKED', `Another itc train is at work in this folder (process ${pid} on ${host}).`, {
      hint: `Wait until it ends. If there is none, remove ${path}.`,
    })
  }
  return withLock(path, { waiting }, work)
}
