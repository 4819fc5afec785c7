import { UserError } from '../errors.ts'
import { undoGuessDir } from '../jobs/guess/undo.ts'
import { count, printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { listProblems } from './guessDirReport.ts'
import { printJson } from './json.ts'
import { createProgress } from './progress.ts'

interface UndoFlags {
  readonly move?: boolean
  readonly from?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Takes back what `itc guess-dir` did. */
export async function undoFolder(
  { terminal, outcome }: CommandContext,
  source: string,
  destination: string,
  { dryRun = false, json, move, from }: UndoFlags,
): Promise<void> {
  if (move) throw new UserError('E_BAD_VALUE', 'Expected either --move or --undo but received both.')
  const { out, signal } = terminal
  const progress = createProgress(terminal, 'taking back')
  const result = await undoGuessDir(source, destination, {
    dryRun,
    from,
    onEvent: ({ kind, original, name, done, total }) => {
      const line = `${printable(name)} → ${kind === 'restored' ? printable(original) : 'removed, its original is there'}`
      if (!json) out(line)
      progress.update(done, total)
    },
    signal,
  }).finally(() => progress.stop())
  if (result.failed.length > 0) outcome.exitCode = 1
  if (json) return printJson(terminal, result)
  const would = dryRun ? 'would be ' : ''
  out(
    terminal.colors.bold(
      `${count(result.restored, 'picture')} ${would}put back, ${count(result.removed, 'copy', 'copies')} ${would}removed`,
    ),
  )
  if (result.others > 0) terminal.err(`${count(result.others, 'picture')} of other folders stay where they are`)
  for (const note of result.notes) terminal.err(terminal.errColors.yellow(note))
  if (result.failed.length > 0) {
    listProblems(terminal, `${count(result.failed.length, 'picture')} not put back:`, result.failed)
  }
}
