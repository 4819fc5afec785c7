import { signal } from '@preact/signals'
import { tellFailure } from '../notices.ts'
import { endBatch, newBatch, uploadOne } from '../server/uploads.ts'
import { say, settings, shownPlace } from '../state.ts'
import { count } from '../words.ts'
import { difference, frame, signature, startCamera } from './camera.ts'

export interface Recording {
  readonly category: string
  readonly taken: number
  /** Seconds until the first picture. */
  readonly countdown: number
}

/** What is being recorded, if anything. */
export const recording = signal<Recording | null>(null)

/** Frames less different from the last one than this, of 255, teach nothing new. */
const SAME = 0.8
/** Longer side of what is kept, in pixels. */
const SIDE = 1280
/** Frames on their way; more would only pile up. */
const AT_ONCE = 3

let held: string | undefined

/** Records into a category until `release`. All of it is one entry of undo. */
export async function hold(category: string): Promise<void> {
  if (held !== undefined) return
  held = category
  if (!(await startCamera())) {
    held = undefined
    return
  }
  await countDown(category)
  const batch = newBatch()
  const sending = new Set<Promise<unknown>>()
  let last: Uint8Array | undefined
  let taken = 0
  while (held === category) {
    const next = sleep(1000 / settings.value.captureRate)
    const seen = signature()
    const isNew = last === undefined || difference(seen, last) > SAME
    if (isNew && sending.size < AT_ONCE) {
      last = seen
      const jpeg = await frame(SIDE, 0.92)
      if (jpeg) {
        const sent = uploadOne(jpeg, nameOf(new Date(), ++taken), category, batch).catch(failed)
        sending.add(sent)
        void sent.finally(() => sending.delete(sent))
        recording.value = { category, taken, countdown: 0 }
      }
    }
    await next
  }
  await Promise.all(sending)
  recording.value = null
  if (taken > 0) await endBatch(batch).catch(tellFailure)
  say(`${shownPlace(category)}: ${count(taken, 'picture')} taken.`)
}

/** Ends the recording into a category, if it is that one. */
export function release(category: string): void {
  if (held === category) held = undefined
}

function failed(error: unknown): void {
  held = undefined
  tellFailure(error)
}

async function countDown(category: string): Promise<void> {
  for (let left = settings.value.countdown; left > 0 && held === category; left--) {
    recording.value = { category, taken: 0, countdown: left }
    await sleep(1000)
  }
  recording.value = { category, taken: 0, countdown: 0 }
}

/** `2026-11-26-141503-001.jpg` */
function nameOf(now: Date, number: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}-${String(number).padStart(3, '0')}.jpg`
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
