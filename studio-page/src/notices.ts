import { signal } from '@preact/signals'
import { Refused, Unreachable } from './server/request.ts'
import { say } from './state.ts'

export interface Notice {
  readonly id: number
  readonly text: string
  readonly hint?: string | undefined
  readonly kind: 'said' | 'wrong'
  /** A few more lines, such as the names of files. */
  readonly lines?: readonly string[]
}

export const notices = signal<readonly Notice[]>([])
let count = 0
const MOST = 4
/** What went well goes away by itself, in milliseconds. */
const SHOWN_MS = 9000

export function tell(text: string, more: Partial<Omit<Notice, 'id' | 'text'>> = {}): void {
  const notice: Notice = { kind: 'said', ...more, text, id: ++count }
  notices.value = [...notices.value.filter(other => other.text !== text), notice].slice(-MOST)
  say([text, notice.hint].filter(Boolean).join(' '))
  if (notice.kind === 'said') setTimeout(() => dismiss(notice.id), SHOWN_MS)
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter(notice => notice.id !== id)
}

/** Shows what went wrong; that nobody answers is shown by the page's frame already. */
export function tellFailure(error: unknown): void {
  if (error instanceof Unreachable) return
  if (error instanceof Refused) tell(error.message, { kind: 'wrong', hint: error.hint })
  else tell(`Something went wrong: ${error instanceof Error ? error.message : String(error)}`, { kind: 'wrong' })
}

/** Runs what a button stands for. */
export function attempt(work: () => Promise<unknown>): void {
  work().catch(tellFailure)
}
