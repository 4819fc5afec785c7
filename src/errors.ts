import type { ErrorCode } from './errors/codes.ts'

/** What a person can put right: shown as one sentence and a remedy, never with a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** A stable name for the kind of failure, such as `E_NO_DATA`; for programs. `docs/errors.md` lists them. */
  readonly code: ErrorCode
  /** What to do about it, one sentence. */
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** The one sentence for a value out of its domain: "Expected … for … but received …". */
export function unexpected(name: string, expected: string, received: unknown, hint?: string): UserError {
  const shown = typeof received === 'string' ? `"${received}"` : String(received)
  return new UserError(
    'E_BAD_VALUE',
    `Expected ${expected} for ${name} but received ${shown}.`,
    hint === undefined ? {} : { hint },
  )
}

/** The operating system's code of a failed call (`ENOENT`, `ENOSPC`, …), or undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : undefined
}

/** What helps where a library is absent or broken: those with native code are optional dependencies of their own. */
export const REINSTALL = 'Install again, with optional dependencies: npm ci --include=optional in a clone.'

/** What went wrong, in words to put behind a colon: no full stop at the end. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}
