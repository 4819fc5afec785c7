import { type Refusal, refusalText, type Short, shortText } from '../dataset/refusals.ts'
import { count, printable, shownLabel } from '../text.ts'
import { listedLines } from './listed.ts'

/** What could not be used: a line a reason, the command that converts such files, and what that leaves short. */
export function refusalLines(refusals: readonly Refusal[], short: readonly Short[] = []): string[] {
  const lines = listedLines(refusals, refusal => printable(refusalText(refusal)))
  return [
    ...lines,
    ...conversionLines(refusals),
    ...(short.length > 0 ? [`  that leaves ${shortText(short, shownLabel)}`] : []),
  ]
}

/** The same with how many they are above; nothing where nothing was left out. */
export function leftOutLines(refusals: readonly Refusal[], what = 'left out'): string[] {
  if (refusals.length === 0) return []
  const files = refusals.reduce((sum, refusal) => sum + refusal.files, 0)
  return [`${count(files, 'file')} ${what}:`, ...refusalLines(refusals)]
}

/** Commands that convert what could not be read; a line each, to be copied. */
function conversionLines(refusals: readonly Refusal[]): string[] {
  return refusals.flatMap(({ command, needs }) =>
    command === undefined ? [] : [`  to convert them${needs ? `, with ${needs}` : ''}:`, `    ${printable(command)}`],
  )
}

/** A group as `--json` tells it: the files themselves are among those skipped. */
export function refusalJson({ files, reason, paths, command, needs }: Refusal): object {
  return { files, reason, examples: paths.slice(0, 3), command: command ?? null, needs: needs ?? null }
}
