import { systemCode } from '../errors.ts'
import type { ErrorCode } from './codes.ts'

/** What the operating system means by a code. */
export interface SystemError {
  /** Why something can't be written: words to put behind a colon. */
  readonly reason: string
  /** Why something can't be read, where that is not the same. */
  readonly reading?: string
  /** What helps: a sentence without its full stop. */
  readonly remedy: string
  /** What a `UserError` about a folder that can't be written is called. */
  readonly code?: ErrorCode
}

const IN_THE_WAY = 'Move it away or rename it'
const WHOSE = 'Check who may write there, or choose another folder'
const TOO_MANY = 'Close other programs, or raise the limit with ulimit -n'

const SYSTEM_ERRORS: Readonly<Record<string, SystemError>> = {
  ENOSPC: { reason: 'the disk is full', remedy: 'Free some space', code: 'E_DISK_FULL' },
  EDQUOT: { reason: 'the disk quota is used up', remedy: 'Free some space', code: 'E_DISK_FULL' },
  EACCES: { reason: 'no permission', reading: 'no permission to read it', remedy: WHOSE, code: 'E_NO_PERMISSION' },
  EPERM: { reason: 'not permitted', reading: 'no permission to read it', remedy: WHOSE, code: 'E_NO_PERMISSION' },
  EROFS: { reason: 'the disk is read-only', remedy: 'Choose a folder that can be written', code: 'E_READ_ONLY' },
  EBUSY: {
    reason: 'another program has it open',
    remedy: 'Close that program (Excel? a viewer?)',
    code: 'E_IN_USE',
  },
  // What Windows has no word for: most often a placeholder of OneDrive whose content is elsewhere.
  UNKNOWN: {
    reason: 'the system does not say why',
    reading: 'the system does not say why (is it online-only in OneDrive?)',
    remedy: 'In OneDrive choose "Always keep on this device"',
    code: 'E_IN_USE',
  },
  EIO: { reason: 'the disk reports an error', remedy: 'Check the disk', code: 'E_DISK' },
  ENOENT: { reason: 'there is no such folder', reading: 'no such file', remedy: 'Check the path', code: 'E_GONE' },
  EEXIST: { reason: 'a file is in the way', remedy: IN_THE_WAY },
  ENOTDIR: { reason: 'a file is where a folder belongs', reading: 'no such file', remedy: IN_THE_WAY },
  EISDIR: { reason: 'a folder is where a file belongs', reading: 'a folder, not a file', remedy: IN_THE_WAY },
  ENXIO: { reason: 'not a regular file', remedy: IN_THE_WAY },
  EFBIG: { reason: 'too large a file', remedy: IN_THE_WAY },
  ELOOP: { reason: 'a link that leads back to itself', remedy: 'Check the link' },
  ENAMETOOLONG: { reason: 'its path is too long', remedy: 'Choose a shorter one' },
  EMFILE: { reason: 'too many files are open', remedy: TOO_MANY },
  ENFILE: { reason: 'too many files are open', remedy: TOO_MANY },
  ENOMEM: { reason: 'the system has no memory left', remedy: 'Close other programs' },
}

/** What is known of an error of the operating system; undefined for another one. */
export function systemError(error: unknown): SystemError | undefined {
  return SYSTEM_ERRORS[systemCode(error) ?? '']
}

/** Whether too many files are open, or memory is short: no fault of the file. */
export function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM'].includes(systemCode(error) ?? '')
}

/** Why a file can't be read, in words to put behind a colon. */
export function unreadableReason(error: unknown): string {
  const known = systemError(error)
  return known?.reading ?? known?.reason ?? `cannot be read (${systemCode(error) ?? 'unknown error'})`
}
