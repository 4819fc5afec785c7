import { effect, signal } from '@preact/signals'
import type { GuessAnswer } from '../../../src/studio/api.ts'
import { post } from '../server/request.ts'
import { canGuess } from '../state.ts'
import { camera, frame } from './camera.ts'

/** Longer side of what is looked at, in pixels. */
const SIDE = 640

/** What the newest frame, or the chosen picture, was taken for. */
export const guess = signal<GuessAnswer | null>(null)
/** The picture that `guess` is of. */
export const guessed = signal<Blob | null>(null)
export const frozen = signal(false)
/** Panels that show guesses; without one nothing is asked. */
const watchers = signal(0)

let running = false

/** Guesses what the camera sees for as long as it is watched. @returns its end */
export function watchGuesses(): () => void {
  watchers.value++
  return () => watchers.value--
}

effect(() => {
  if (watchers.value > 0 && camera.value === 'on' && canGuess.value && !frozen.value) void run()
})

// What the camera saw last is no guess about anything once it is off.
effect(() => {
  if (camera.value !== 'on' && !frozen.value) forget()
})

/** Looks at nothing any more: the camera's next frame is a new beginning. */
export function forget(): void {
  frozen.value = false
  guess.value = null
  guessed.value = null
}

const wanted = () => watchers.peek() > 0 && camera.peek() === 'on' && canGuess.peek() && !frozen.peek()

/** One request at a time, each with the newest frame. */
async function run(): Promise<void> {
  if (running) return
  running = true
  while (wanted()) {
    const jpeg = document.hidden ? null : await frame(SIDE, 0.85)
    if (jpeg === null) await new Promise(resolve => setTimeout(resolve, 200))
    else if (!(await ask(jpeg))) await new Promise(resolve => setTimeout(resolve, 500))
  }
  running = false
}

async function ask(jpeg: Blob): Promise<boolean> {
  try {
    const answer = await post<GuessAnswer>('api/guess', jpeg)
    if (!wanted()) return true
    guess.value = answer
    guessed.value = jpeg
    return true
  } catch {
    return false // the next frame asks again
  }
}

/** Looks at a chosen picture; the camera waits. @throws Refused */
export async function guessPicture(file: Blob): Promise<void> {
  frozen.value = true
  guess.value = null
  guessed.value = file
  try {
    guess.value = await post<GuessAnswer>('api/guess', file)
  } catch (error) {
    if (guessed.value === file) forget() // what is no picture is not left standing as one
    throw error
  }
}
