import { groupRefusals, refusalText } from '../../dataset/refusals.ts'
import type { Skipped } from '../../dataset/scan.ts'
import { UserError } from '../../errors.ts'
import { printable } from '../../text.ts'

/** The command for the largest group of files that converting helps; undefined without any. */
export function conversionHint(skipped: readonly Skipped[], folder: string): string | undefined {
  const group = groupRefusals(skipped, folder).find(({ command }) => command !== undefined)
  return group && `To convert them${group.needs ? `, with ${group.needs}` : ''}: ${group.command}`
}

/** Runs what may find too few pictures, and says then what was left out. @throws UserError with a longer hint */
export function withRefusals<T>(skipped: readonly Skipped[], folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const [largest] = groupRefusals(skipped, folder)
    if (!(error instanceof UserError) || largest === undefined) throw error
    const left = `Left out: ${printable(refusalText(largest))}.`
    const hint = [error.hint, left, conversionHint(skipped, folder)].filter(Boolean).join(' ')
    throw new UserError(error.code, error.message, { hint, cause: error })
  }
}
