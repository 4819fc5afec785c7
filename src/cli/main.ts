import { Command, CommanderError } from 'commander'
import { standIn } from '../engine/standIn.ts'
import { VERSION } from '../version.ts'
import { addClusters } from './clusters.ts'
import { addCompletion } from './completion.ts'
import type { CommandContext, Outcome } from './context.ts'
import { addDoctor } from './doctor.ts'
import { addEvaluate } from './evaluate.ts'
import { addExplain } from './explain.ts'
import { addExport } from './export.ts'
import { failureJson, reportError } from './failure.ts'
import { addFeatures } from './features.ts'
import { addGuess } from './guess.ts'
import { addGuessAll } from './guessAll.ts'
import { addGuessDir } from './guessDir.ts'
import { endSoon } from './hardEnd.ts'
import { unquotedHints } from './hints.ts'
import { printJsonLine } from './json.ts'
import { addNext } from './next.ts'
import { addResults } from './results.ts'
import { onSignals, WORKER_GRACE_MS } from './signals.ts'
import { addStudio } from './studio.ts'
import { type Loudness, processTerminal, type Streams, type Terminal, withLoudness } from './terminal.ts'
import { addTrain } from './train.ts'
import { addWatch } from './watch.ts'
import { addWorker } from './worker.ts'

/**
 * Runs the command line.
 *
 * @param argv the arguments, without node and script
 * @returns the exit code: 0 done, 1 an error or a picture that failed, 2 a gate not passed, 129/130/143/149 stopped by a signal
 */
export async function main(argv: readonly string[], given?: Streams): Promise<number> {
  const stop = new AbortController()
  const release = given ? () => undefined : onSignals(stop, argv[0] === 'worker' ? WORKER_GRACE_MS : undefined)
  const terminal = withLoudness(given ?? processTerminal(stop.signal), loudnessOf(argv))
  const exitCode = await perform(argv, terminal)
  release()
  if (!given) endSoon(exitCode)
  return exitCode
}

async function perform(argv: readonly string[], terminal: Terminal): Promise<number> {
  const outcome: Outcome = { exitCode: 0 }
  const program = createProgram(terminal, outcome)
  try {
    await program.parseAsync(argv, { from: 'user' })
    if (standIn()) await (await import('./standInLine.ts')).printStandIn(terminal)
    terminal.detail(usedLine())
    return outcome.exitCode
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    const unquoted = unquotedHints(argv.slice(1))
    if (has(argv, '--json', '--jsonl') && !outcome.answered && !isHelp) {
      printJsonLine(terminal, failureJson(error, [...unquoted, helpLine(commandOf(program, argv[0]))]))
    }
    // Commander has told of its own already.
    const exitCode = error instanceof CommanderError ? error.exitCode : reportError(error, terminal)
    if (exitCode === 1) for (const hint of unquoted) terminal.err(hint)
    return exitCode
  }
}

/** What all commands have in common. */
function finish(command: Command): void {
  command
    .option('-q, --quiet', 'no progress, only results, warnings and errors')
    .option('--verbose', 'say how long things took, and where errors come from')
}

function commandOf({ commands }: Command, word = ''): Command | undefined {
  return commands.find(command => command.name() === word || command.aliases().includes(word))
}

/** Where it is told what may be given. */
function helpLine(command?: Command): string {
  if (command) return `itc ${command.name()} --help shows its arguments and options.`
  return 'itc --help shows the commands, itc COMMAND --help its options.'
}

/** What a run took, for --verbose. */
function usedLine(): string {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const seconds = (microseconds: number) => (microseconds / 1e6).toFixed(1)
  const computed = seconds(userCPUTime + systemCPUTime)
  return `took ${process.uptime().toFixed(1)} s, ${computed} s of computing, ${Math.round(maxRSS / 1000)} MB at most`
}

/** What has to be known before the command line is understood, or where it can't be. */
function has(argv: readonly string[], ...flags: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? undefined : end).some(word => flags.includes(word))
}

function loudnessOf(argv: readonly string[]): Loudness {
  return { quiet: has(argv, '--quiet', '-q'), verbose: has(argv, '--verbose') }
}

/** The command tree; `docs/cli.md` is made from its help. */
export function createProgram(terminal: Terminal, outcome: Outcome = { exitCode: 0 }): Command {
  const program = createCommands(terminal, outcome)
  addCompletion({ program, terminal, outcome }, () => createCommands(terminal, outcome))
  for (const command of program.commands) command.showHelpAfterError(helpLine(command))
  return program
}

function createCommands(terminal: Terminal, outcome: Outcome): Command {
  const program = new Command('itc')
    .description('Train an image classifier on your own folders of pictures, then name new pictures.')
    .version(VERSION)
    .configureHelp({ subcommandTerm: command => [command.name(), ...command.aliases()].join('|') })
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd()),
    })
    .showHelpAfterError(helpLine())
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  itc train ./tf_files                                learn from ./tf_files/data
  itc guess ./tf_files photo.jpg                      name one picture
  itc guess-dir ./tf_files ./test_data ./classified   name a folder of pictures

itc COMMAND --help shows the options of a command.`,
    )
  const context: CommandContext = { program, terminal, outcome }
  addTrain(context)
  addGuess(context)
  addGuessDir(context)
  addGuessAll(context)
  addWorker(context)
  addResults(context)
  addFeatures(context)
  addEvaluate(context)
  addDoctor(context)
  addExplain(context)
  addExport(context)
  addNext(context)
  addClusters(context)
  addWatch(context)
  addStudio(context)
  for (const command of program.commands) finish(command)
  return program
}
