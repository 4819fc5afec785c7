import { exitCodeOf } from '../errors/codes.ts'
import { messageOf, REINSTALL, systemCode, UserError } from '../errors.ts'
import { PictureError } from '../image/pictureError.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** What the operating system refuses, in words, with the remedy. */
const SYSTEM: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['The disk is full', 'Free some space, then run the same command again: what was computed is kept.'],
  EDQUOT: ['The disk quota is used up', 'Free some space, then run the same command again.'],
  EACCES: ['No permission', 'Check who may write there, or choose another folder.'],
  EPERM: ['Not permitted', 'Check who may write there, or choose another folder.'],
  EROFS: ['The disk is read-only', 'Choose a folder that can be written.'],
  EEXIST: ['A file is in the way', 'Move it away or rename it, then run the same command again.'],
  ENOTDIR: ['A file is where a folder belongs', 'Move it away or rename it, then run the same command again.'],
  EISDIR: ['A folder is where a file belongs', 'Move it away or rename it, then run the same command again.'],
  EIO: ['The disk reports an error', 'Check the disk.'],
  EMFILE: ['Too many files are open', 'Close other programs, or raise the limit with ulimit -n.'],
}

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
  const known = SYSTEM[systemCode(error) ?? '']
  if (known && error instanceof Error) {
    const { path, dest = path } = error as NodeJS.ErrnoException & { dest?: string } // dest: where a file was to go
    err(`${colors.red('error:')} ${known[0]}${dest ? `: ${dest}` : ''}.`)
    err(known[1])
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
