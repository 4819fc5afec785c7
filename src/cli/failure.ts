import { exitCodeOf } from '../errors/codes.ts'
import { systemError } from '../errors/system.ts'
import { messageOf, REINSTALL, systemCode, UserError } from '../errors.ts'
import { PictureError } from '../image/pictureError.ts'
import { printable } from '../text.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** The one place where an error becomes lines on the terminal and an exit code. */
export function reportError(error: unknown, { err: write, colors }: Terminal): number {
  // Names of files, nodes and labels are in them, which can hold what a terminal takes for a command.
  const err = (text: string) => write(printable(text))
  const fail = (sentence: string) => write(`${colors.red('error:')} ${printable(sentence)}`)
  if (error instanceof Interrupted) {
    err(
      'Stopped. The bottlenecks computed so far are kept, and so is the previous model; run the same command to go on.',
    )
    return error.exitCode
  }
  if (error instanceof UserError) {
    fail(error.message)
    if (error.hint) err(error.hint)
    return exitCodeOf(error.code)
  }
  if (error instanceof PictureError) {
    fail(error.reason)
    return 1
  }
  const known = systemError(error)
  // A file that is gone unexpectedly is our mistake: whoever reads what a person named says so in a sentence.
  if (known && error instanceof Error && systemCode(error) !== 'ENOENT') {
    const { path, dest = path } = error as NodeJS.ErrnoException & { dest?: string } // dest: where a file was to go
    fail(`${capitalized(known.reason)}${dest ? `: ${dest}` : ''}.`)
    err(`${known.remedy}, then run the same command again: what was computed is kept.`)
    return 1
  }
  if (isUnloadable(error)) {
    fail(`A part of itc does not load: ${messageOf(error).split('\n')[0]}.`)
    err(`${REINSTALL} itc doctor says what is missing.`)
    return 1
  }
  fail('This should not have happened; please report it with what follows.')
  for (const line of (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n')) err(line)
  return 1
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
