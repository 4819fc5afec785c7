import { Option } from 'commander'
import { DEFAULT_PRECISION, INTO } from '../jobs/guess/options.ts'
import type { CommandContext } from './context.ts'
import type { GuessDirFlags } from './guessDirRun.ts'
import { addLinkOption, addNetworkOptions } from './options.ts'
import { parseNumber } from './parse.ts'
import { Interrupted } from './signals.ts'

/** `itc guess-dir`, and `itc guessDir` as the scripts before it were called. */
export function addGuessDir(context: CommandContext): void {
  const { program, terminal, outcome } = context
  const command = program
    .command('guess-dir')
    .alias('guessDir')
    .summary('name a folder of pictures')
    .description(
      'Copies every picture in <source>, folders in it included, to <destination> as <category>-<score>.<ext>, or as --into says. ' +
        'results.csv there lists what became of each, with every score. Nothing is ever overwritten, and without --move the ' +
        'source is not touched. Stopped, or with new pictures, run it again: what is done is not done twice.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<source>', 'folder with pictures to name')
    .argument('<destination>', 'folder for the named pictures, made if absent')
    .option('--move', 'move the pictures instead of copying them')
    .addOption(
      new Option(
        '--into <how>',
        'flat: <category>-<score>.<ext>; folders: <category>/<original name>, to go back into data/',
      )
        .choices(INTO)
        .default('flat'),
    )
    .option('--undo', 'take back what the same command did: moved pictures return, copies of what is there go')
    .option(
      '--from <folder>',
      'with --undo: the source as results.csv calls it, where it was renamed or is not recorded',
    )
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
  addLinkOption(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc guess-dir ./tf_files ./test_data ./classified
  itc guess-dir ./tf_files ./photos ./sorted --move
  itc guess-dir ./tf_files ./photos ./sorted --into folders
  itc guess-dir ./tf_files ./photos ./sorted --unsure
  itc guess-dir ./tf_files ./photos ./sorted --undo`,
    )
    .action(async (tfFiles: string, source: string, destination: string, flags: GuessDirFlags) => {
      try {
        if (flags.undo) await (await import('./guessDirUndo.ts')).undoFolder(context, source, destination, flags)
        else await (await import('./guessDirRun.ts')).nameFolder(context, tfFiles, source, destination, flags)
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error
        terminal.err('Stopped. Every picture is whole, in one place or the other; run the same command to go on.')
        outcome.exitCode = error.exitCode
      }
    })
}
