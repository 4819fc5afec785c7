import { setTimeout as sleep } from 'node:timers/promises'
import { isShortage } from '../errors/system.ts'

/** Between two tries to open a file, in milliseconds. */
const LONGEST_PAUSE = 640

/**
 * Opens a file. Where too many are open, or memory is short, it waits a second and a bit for others to be closed: those of pictures soon are.
 *
 * @throws what `open` does; the system's error where it is still so then
 */
export async function openSoon<T>(open: () => Promise<T>): Promise<T> {
  for (let pause = 10; ; pause *= 2) {
    try {
      return await open()
    } catch (error) {
      if (!isShortage(error) || pause > LONGEST_PAUSE) throw error
    }
    await sleep(pause)
  }
}
