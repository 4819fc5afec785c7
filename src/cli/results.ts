import { UserError } from '../errors.ts'
import type { NotPlaced, PlaceResult, Placing } from '../jobs/results/place.ts'
import type { ResultsSummary } from '../jobs/results/results.ts'
import { count, printable, quoted, shownLabel, table } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { listedLines } from './listed.ts'
import { jsonOption } from './options.ts'
import type { Progress } from './progress.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

interface Flags {
  readonly to?: string
  readonly copyTo?: string
  readonly moveTo?: string
  readonly undo?: boolean
  readonly json?: boolean
}

/** `itc results` */
export function addResults(context: CommandContext): void {
  const { program, terminal, outcome } = context
  program
    .command('results')
    .summary('make one table of what guess-all found, and sort the pictures by it')
    .description(
      'Counts what itc guess-all wrote to <results>; with --to writes it into one file: .parquet, .csv, or .json as ' +
        'MegaDetector writes it, for Timelapse. With --copy-to or --move-to puts every picture into a folder a category ' +
        'there, under its own path. Nothing is ever overwritten; what was moved, --undo takes back.',
    )
    .argument('<results>', 'folder or s3://BUCKET/FOLDER/ that guess-all wrote to')
    .option('--to <file>', 'write one table: .parquet, .csv or .json')
    .option('--copy-to <place>', 'copy the pictures to folders of their categories: folder or s3://')
    .option('--move-to <place>', 'move them, and note it beside the results')
    .option('--undo', 'take back what --move-to did')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  itc results ./results --to results.csv
  itc results s3://results/2025/ --to megadetector.json
  itc results ./results --move-to ./sorted
  itc results ./results --undo`,
    )
    .action(async (results: string, flags: Flags) => {
      checkFlags(flags)
      const { createProgress } = await import('./progress.ts')
      const progress = createProgress(terminal, 'results')
      try {
        await perform(context, results, flags, progress)
      } catch (error) {
        if (flags.json || !(error instanceof Interrupted)) throw error
        progress.stop()
        terminal.err('Stopped. Every picture is whole, in one place or in both; run the same command to go on.')
        outcome.exitCode = error.exitCode
      } finally {
        progress.stop()
      }
    })
}

function checkFlags({ to, copyTo, moveTo, undo }: Flags): void {
  const places = [copyTo, moveTo, undo].filter(flag => flag !== undefined)
  if (places.length < 2 && !(undo && to)) return
  throw new UserError('E_BAD_VALUE', 'Only one of --copy-to, --move-to and --undo can be given, and --undo alone.')
}

async function perform({ terminal, outcome }: CommandContext, results: string, flags: Flags, progress: Progress) {
  const { signal } = terminal
  if (flags.undo) {
    const { undoMoves } = await import('../jobs/results/undoMoves.ts')
    const undone = await undoMoves(results, { signal, onRestored: done => progress.update(done, done) })
    progress.stop()
    if (undone.failed.length > 0) outcome.exitCode = 1
    if (flags.json) return printJson(terminal, undone)
    terminal.out(terminal.colors.bold(`${count(undone.restored, 'picture')} put back`))
    return listNotPlaced(undone.failed, 'not put back', terminal)
  }
  const destination = flags.copyTo ?? flags.moveTo
  // Refused before a table is written.
  const placing = destination === undefined ? undefined : await openPlacing(results, destination, flags, signal)
  const { tabulateResults } = await import('../jobs/results/results.ts')
  const summary = await tabulateResults(results, flags.to, { signal, onRows: rows => progress.update(rows, rows) })
  progress.stop()
  const placed = placing && (await place(placing, flags, summary, terminal))
  if (placed && placed.failed.length > 0) outcome.exitCode = 1
  if (flags.json) return printJson(terminal, { ...summary, ...placed })
  reportSummary(summary, flags.to, terminal)
  if (placed === undefined) return
  const done = flags.moveTo === undefined ? 'copied' : 'moved'
  const before = placed.before > 0 ? `, ${placed.before} before` : ''
  terminal.out(
    terminal.colors.bold(`${count(placed.placed, 'picture')} ${done} to ${printable(destination!)}${before}`),
  )
  listNotPlaced(placed.failed, `not ${done}`, terminal)
  if (flags.moveTo !== undefined) terminal.out(`Back again: itc results ${quoted(results)} --undo`)
}

async function openPlacing(results: string, destination: string, { moveTo }: Flags, signal: AbortSignal) {
  const { Placing } = await import('../jobs/results/place.ts')
  return await Placing.open(results, destination, moveTo === undefined ? 'copy' : 'move', signal)
}

async function place(
  placing: Placing,
  { moveTo }: Flags,
  { pictures, couldNotBeNamed }: ResultsSummary,
  terminal: Terminal,
): Promise<PlaceResult> {
  const { createProgress } = await import('./progress.ts')
  const progress = createProgress(terminal, moveTo === undefined ? 'copying' : 'moving')
  const onPlaced = (done: number) => progress.update(done, pictures - couldNotBeNamed)
  return await placing.perform({ onPlaced, signal: terminal.signal }).finally(() => progress.stop())
}

function reportSummary(
  { pictures, counts, unfamiliar, couldNotBeNamed }: ResultsSummary,
  to: string | undefined,
  terminal: Terminal,
) {
  const { out, colors } = terminal
  out(colors.bold(`${count(pictures, 'picture')}${to === undefined ? '' : ` in ${printable(to)}`}`))
  const lines = counts.map(({ label, count }) => [shownLabel(label), String(count)])
  for (const line of table(lines, () => false)) out(`  ${line}`)
  if (unfamiliar > 0) out(`${unfamiliar} of them unlike anything learnt: don't trust these names`)
  if (couldNotBeNamed > 0) out(`${couldNotBeNamed} could not be named; the table says why`)
}

function listNotPlaced(failed: readonly NotPlaced[], what: string, { err, errColors }: Terminal): void {
  if (failed.length === 0) return
  err(errColors.yellow(`${count(failed.length, 'picture')} ${what}:`))
  for (const line of listedLines(failed, ({ key, reason }) => `${printable(key)}: ${printable(reason)}`)) err(line)
}
