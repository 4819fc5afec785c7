import { CommanderError } from 'commander'
import { type ErrorCode, exitCodeOf } from '../errors/codes.ts'
import { systemError } from '../errors/system.ts'
import { messageOf, REINSTALL, systemCode, UserError } from '../errors.ts'
import { PictureError } from '../image/pictureError.ts'
import { printable } from '../text.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** What there is to say of an error. */
interface Failure {
  readonly sentence: string
  readonly hint?: string
  readonly code: ErrorCode
  readonly exitCode: number
  /** Whether it was the person's own wish. */
  readonly isStop?: boolean
}

/** The one place where an error becomes lines on the terminal and an exit code. */
export function reportError(error: unknown, { err: write, errColors, detail, status }: Terminal): number {
  // Names of files, nodes and labels are in them, which can hold what a terminal takes for a command.
  const err = (text: string) => write(printable(text))
  const { sentence, hint, exitCode, isStop, code } = describe(error)
  status('')
  if (isStop) err(`${sentence} ${hint}`)
  else {
    write(`${errColors.red('error:')} ${printable(sentence)}`)
    for (const line of code === 'E_INTERNAL' ? hint!.split('\n') : hint ? [hint] : []) err(line)
  }
  if (error instanceof Error && code !== 'E_INTERNAL')
    for (const line of error.stack?.split('\n') ?? []) detail(printable(line))
  return exitCode
}

/**
 * What `--json` prints of an error; the sentence goes to standard error all the same.
 *
 * @param usage what helps besides where the command line is not understood
 */
export function failureJson(error: unknown, usage: readonly string[] = []): object {
  const { sentence, hint, code, exitCode } = describe(error)
  const hints = code === 'E_USAGE' ? [hint, ...usage] : [hint]
  return { error: sentence, code, hint: hints.filter(Boolean).join(' ') || undefined, exitCode }
}

function describe(error: unknown): Failure {
  if (error instanceof Interrupted) {
    const hint = 'All that was finished is kept, and nothing else was changed; run the same command to go on.'
    return { sentence: 'Stopped.', hint, code: 'E_STOPPED', exitCode: error.exitCode, isStop: true }
  }
  if (error instanceof UserError) {
    const { message, hint, code } = error
    return { sentence: message, ...(hint && { hint }), code, exitCode: exitCodeOf(code) }
  }
  if (error instanceof CommanderError) {
    const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
    const hint = suggestion?.replace(/^\((.*)\)$/, '$1') // "(Did you mean train?)"
    return { sentence, ...(hint && { hint }), code: 'E_USAGE', exitCode: error.exitCode }
  }
  if (error instanceof PictureError) return { sentence: error.reason, code: 'E_PICTURE', exitCode: 1 }
  const known = systemError(error)
  // A file that is gone unexpectedly is our mistake: whoever reads what a person named says so in a sentence.
  if (known && error instanceof Error && systemCode(error) !== 'ENOENT') {
    const { path, dest = path } = error as NodeJS.ErrnoException & { dest?: string } // dest: where a file was to go
    return {
      sentence: `${capitalized(known.reason)}${dest ? `: ${dest}` : ''}.`,
      hint: `${known.remedy}, then run the same command again: what was computed is kept.`,
      code: known.code ?? 'E_DISK',
      exitCode: 1,
    }
  }
  if (isUnloadable(error)) {
    return {
      sentence: `A part of itc does not load: ${messageOf(error).split('\n')[0]}.`,
      hint: `${REINSTALL} itc doctor says what is missing.`,
      code: 'E_NOT_INSTALLED',
      exitCode: 1,
    }
  }
  return {
    sentence: 'This should not have happened; please report it with what follows.',
    hint: error instanceof Error ? (error.stack ?? error.message) : String(error),
    code: 'E_INTERNAL',
    exitCode: 1,
  }
}

/** Whether a library that itc is made of is absent, or its native code is not for this machine. */
function isUnloadable(error: unknown): boolean {
  const code = systemCode(error) ?? ''
  if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(code)) return true
  return error instanceof Error && error.message.startsWith('Could not load the "sharp" module')
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
