import { exitCodeOf } from '../errors/codes.ts'
import { systemError } from '../errors/system.ts'
import { messageOf, REINSTALL, systemCode, UserError } from '../errors.ts'
import { PictureError } from '../image/pictureError.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** The one place where an error becomes lines on the terminal and an exit code. */
export function reportError(error: unknown, { err, colors }: Terminal): number {
  if (error instanceof Interrupted) {
    err(
      'Stopped. The bottlenecks computed so far are kept, and so is the previous model; run the same command to go on.',
    )
    return error.exitCode
  }
  if (error instanceof UserError) {
    err(`${colors.red('error:')} ${error.message}`)
    if (error.hint) err(error.hint)
    return exitCodeOf(error.code)
  }
  if (error instanceof PictureError) {
    err(`${colors.red('error:')} ${error.reason}`)
    return 1
  }
  const known = systemError(error)
  // A file that is gone unexpectedly is our mistake: whoever reads what a person named says so in a sentence.
  if (known && error instanceof Error && systemCode(error) !== 'ENOENT') {
    const { path, dest = path } = error as NodeJS.ErrnoException & { dest?: string } // dest: where a file was to go
    err(`${colors.red('error:')} ${capitalized(known.reason)}${dest ? `: ${dest}` : ''}.`)
    err(`${known.remedy}, then run the same command again: what was computed is kept.`)
    return 1
  }
  if (isUnloadable(error)) {
    err(`${colors.red('error:')} A part of itc does not load: ${messageOf(error).split('\n')[0]}.`)
    err(`${REINSTALL} itc doctor says what is missing.`)
    return 1
  }
  err(`${colors.red('error:')} This should not have happened; please report it with what follows.`)
  err(error instanceof Error ? (error.stack ?? error.message) : String(error))
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
