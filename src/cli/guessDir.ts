import { UserError } from '../errors.ts'
import type { GuessDirResult } from '../jobs/guess/options.ts'
import { chooseUnsure, DEFAULT_PRECISION, type UnsureChoice } from '../jobs/guess/unsure.ts'
import type { Manifest } from '../model/manifest.ts'
import { count, printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { GuessDirJson, GuessDirReport, listProblems, unsureLine } from './guessDirReport.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { createProgress } from './progress.ts'
import { Interrupted } from './signals.ts'

interface Flags extends NetworkFlags {
  readonly move?: boolean
  readonly undo?: boolean
  readonly dryRun?: boolean
  readonly unsure?: number | true
  readonly precision?: number
  readonly strict?: boolean
}

/** `itc guess-dir`, and `itc guessDir` as the scripts before it were called. */
export function addGuessDir(context: CommandContext): void {
  const { program, terminal, outcome } = context
  const command = program
    .command('guess-dir')
    .alias('guessDir')
    .summary('name a folder of pictures')
    .description(
      'Copies every picture in <source>, folders in it included, to <destination> as <category>-<score>.<ext>. ' +
        'results.csv there lists what became of each, with every score. Nothing is ever overwritten, and without --move the ' +
        'source is not touched. Stopped, or with new pictures, run it again: what is done is not done twice.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<source>', 'folder with pictures to name')
    .argument('<destination>', 'folder for the named pictures, made if absent')
    .option('--move', 'move the pictures instead of copying them')
    .option('--undo', 'take back what the same command did: moved pictures return, copies of what is there go')
    .option('--dry-run', 'show what would be done and do nothing')
    .option(
      '--unsure [score]',
      'put pictures with a lower best score, or unlike anything learnt, into unsure/ (default: the score that gives the precision)',
      parseNumber,
    )
    .option(
      '--precision <share>',
      `of --unsure: share of the other names to be right (default: ${DEFAULT_PRECISION})`,
      parseNumber,
    )
    .option('--strict', 'exit with 1 if any file was left out, such as a text file or a link out of the source')
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc guess-dir ./tf_files ./test_data ./classified
  itc guess-dir ./tf_files ./photos ./sorted --move
  itc guess-dir ./tf_files ./photos ./sorted --unsure
  itc guess-dir ./tf_files ./photos ./sorted --undo`,
    )
    .action(async (tfFiles: string, source: string, destination: string, flags: Flags) => {
      try {
        if (flags.undo) await undo(context, source, destination, flags)
        else await name(context, tfFiles, source, destination, flags)
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error
        terminal.err('Stopped. Every picture is whole, in one place or the other; run the same command to go on.')
        outcome.exitCode = error.exitCode
      }
    })
}

async function name(
  { terminal, outcome }: CommandContext,
  tfFiles: string,
  source: string,
  destination: string,
  flags: Flags,
): Promise<void> {
  const how = { move: flags.move === true, dryRun: flags.dryRun === true }
  const [{ loadModel }, { guessDir }] = await Promise.all([
    import('../jobs/guess/loadModel.ts'),
    import('../jobs/guess/guessDir.ts'),
  ])
  const model = await loadModel(tfFiles, { engine: flags.engine })
  const unsure = unsureChoice(model.manifest, flags)
  if (unsure && !flags.json) terminal.err(unsureLine(unsure))
  const json = flags.json ? new GuessDirJson(terminal) : undefined
  const report = json ? undefined : new GuessDirReport(terminal, how.move, how.dryRun)
  let result: GuessDirResult | undefined
  try {
    result = await guessDir(model, source, destination, {
      ...how,
      ...(unsure && { unsure: unsure.threshold }),
      limits: limitsOf(flags),
      onEvent: event => (json ?? report)?.event(event),
      signal: terminal.signal,
    })
  } finally {
    report?.close()
    json?.result(result, unsure)
    await model.dispose()
  }
  report?.result(destination, result, how)
  if (result.failed.length > 0 || (flags.strict && result.skipped.length > 0)) outcome.exitCode = 1
}

function unsureChoice(manifest: Manifest, { unsure, precision }: Flags): UnsureChoice | undefined {
  if (unsure !== undefined) return chooseUnsure(manifest, unsure === true ? undefined : unsure, precision)
  if (precision === undefined) return undefined
  throw new UserError('E_BAD_VALUE', '--precision goes with --unsure.', { hint: 'Add --unsure.' })
}

async function undo(
  { terminal, outcome }: CommandContext,
  source: string,
  destination: string,
  { dryRun = false, json, move }: Flags,
): Promise<void> {
  if (move) throw new UserError('E_BAD_VALUE', 'Expected either --move or --undo but received both.')
  const { out, errIsTerminal, outIsTerminal, signal } = terminal
  const progress = createProgress(terminal, 'taking back')
  const { undoGuessDir } = await import('../jobs/guess/undo.ts')
  const result = await undoGuessDir(source, destination, {
    dryRun,
    onEvent: ({ kind, original, name, done, total }) => {
      const line = `${printable(name)} → ${kind === 'restored' ? printable(original) : 'removed, its original is there'}`
      if (!json && outIsTerminal && errIsTerminal) progress.aside(() => out(line))
      else if (!json) out(line)
      progress.update(done, total)
    },
    signal,
  }).finally(() => progress.stop())
  if (result.failed.length > 0) outcome.exitCode = 1
  if (json) return out(JSON.stringify(result, null, 2))
  const would = dryRun ? 'would be ' : ''
  out(
    terminal.colors.bold(
      `${count(result.restored, 'picture')} ${would}put back, ${count(result.removed, 'copy', 'copies')} ${would}removed`,
    ),
  )
  if (result.failed.length > 0) {
    listProblems(terminal, `${count(result.failed.length, 'picture')} not put back:`, result.failed)
  }
}
