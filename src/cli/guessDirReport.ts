import { groupRefusals } from '../dataset/refusals.ts'
import type { GuessDirEvent, GuessDirResult, Problem } from '../jobs/guess/options.ts'
import type { UnsureChoice } from '../jobs/guess/unsure.ts'
import { count, percent, printable, shownLabel, table } from '../text.ts'
import { createProgress, type Progress } from './progress.ts'
import { refusalLines } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

/** What `itc guess-dir` shows: a line a picture and a bar while it runs, then what came of it. */
export class GuessDirReport {
  readonly #terminal: Terminal
  readonly #progress: Progress

  constructor(terminal: Terminal, move: boolean, dryRun: boolean) {
    this.#terminal = terminal
    this.#progress = createProgress(terminal, dryRun || !move ? 'naming' : 'moving')
  }

  event(event: GuessDirEvent): void {
    const { out, info, colors } = this.#terminal
    if (event.kind === 'scanned') {
      if (event.before > 0) info(`${count(event.before, 'picture')} done before, ${event.pictures} left to do`)
      if (event.pictures > 0) this.#progress.update(0, event.pictures)
      return
    }
    if (event.kind === 'named') {
      const { original, name, unfamiliar } = event.picture
      const doubt = unfamiliar ? colors.yellow('  unlike anything learnt') : ''
      const line = `${printable(original)} → ${colors.green(printable(name))}${doubt}`
      out(line)
    }
    this.#progress.update(event.done, event.total)
  }

  /** @param dryRun says what would be */
  result(
    source: string,
    destination: string,
    result: GuessDirResult,
    { dryRun, move }: { dryRun: boolean; move: boolean },
  ): void {
    this.close()
    const { out, colors } = this.#terminal
    const done = dryRun ? (move ? 'would be moved' : 'would be copied') : move ? 'moved' : 'copied'
    const before = result.before > 0 ? `, ${result.before} before` : ''
    out(colors.bold(`${count(result.named, 'picture')} ${done} to ${printable(destination)}${before}`))
    const counts = result.counts.map(({ label, count }) => [shownLabel(label), String(count)])
    const all = result.unsure > 0 ? [...counts, ['unsure/', String(result.unsure)]] : counts
    for (const line of table(all, () => false)) out(`  ${line}`)
    if (!dryRun) out(`Every score is in ${printable(destination.replace(/[/\\]$/, ''))}/results.csv`)
    for (const note of result.notes) this.#terminal.err(this.#terminal.errColors.yellow(note))
    this.#list(result.skipped, 'left out', source)
    this.#list(result.failed, 'not named', source)
  }

  /** Takes the bar away. */
  close(): void {
    this.#progress.stop()
  }

  /** A line a reason. */
  #list(problems: readonly Problem[], what: string, source: string): void {
    if (problems.length === 0) return
    const { err, colors } = this.#terminal
    err(colors.yellow(`${count(problems.length, 'file')} ${what}:`))
    const files = problems.map(({ original, reason }) => ({ relative: original, reason }))
    for (const line of refusalLines(groupRefusals(files, source))) err(line)
  }
}

/** A score that every picture has. */
const LEAST_SCORE = 0.0005

/** Which pictures count as unsure, and what that costs. */
export function unsureLine({ threshold, measured, given }: UnsureChoice): string {
  if (measured?.reached && threshold < LEAST_SCORE) {
    return `unsure: what is unlike anything learnt; no score is too low, ${percent(measured.precision)} of cross-validated pictures are right`
  }
  const line = `unsure: a best score below ${threshold.toFixed(3)}, or unlike anything learnt`
  if (given) return line
  if (measured === undefined) {
    return `unsure: a best score below ${threshold.toFixed(3)}; what that is worth is not known: the model was trained without cross-validation`
  }
  const { wanted, precision, coverage, reached } = measured
  const found = `${percent(coverage)} of cross-validated pictures score more, ${percent(precision)} of them right`
  return reached ? `${line}; ${found}` : `${line}; ${found}: no score is known to give ${percent(wanted)}`
}

/** Lists files on standard error, each with its reason. */
export function listProblems({ err, errColors }: Terminal, title: string, problems: readonly Problem[]): void {
  err(errColors.yellow(title))
  for (const { original, reason } of problems) err(`  ${printable(original)}: ${printable(reason)}`)
}
