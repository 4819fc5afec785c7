import type { Command } from 'commander'
import type { GuessAllEvent, GuessAllResult } from '../jobs/guessAll/options.ts'
import { count, quoted } from '../text.ts'
import type { CommandContext } from './context.ts'
import { FleetLines } from './fleetLines.ts'
import { printJson } from './json.ts'
import { lineFor } from './lineFor.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import type { Progress } from './progress.ts'
import { addSharingOptions, queueOf, type SharingFlags, shardOf } from './queueOptions.ts'
import { leftOutLines, refusalJson } from './refusalLines.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends NetworkFlags, SharingFlags {
  readonly strict?: boolean
}

/** `itc guess-all` */
export function addGuessAll({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('guess-all')
    .summary('name millions of pictures, in a bucket too')
    .description(
      'Names every picture of <source> and writes a table in parts to <results>; itc results makes one file of them. Parts ' +
        'are created once and never changed: stopped, or with new pictures, run it again, and what is done is not done ' +
        'twice. Pictures are neither copied nor moved.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<source>', 'folder, s3://BUCKET/FOLDER/, or a text file with an https:// address a line')
    .argument('<results>', 'folder or s3://BUCKET/FOLDER/ for the results, made if absent')
  addSharingOptions(command, 'name nothing').option('--strict', 'exit with 1 if any picture could not be named')
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Buckets are opened as the AWS SDK opens them: AWS_PROFILE, AWS_REGION,
AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL for stores other than Amazon's.

Examples:
  itc guess-all ./tf_files ./photos ./results
  itc guess-all ./tf_files s3://traps/2025/ s3://results/2025/
  itc guess-all ./tf_files s3://traps/2025/ s3://results/2025/ --shard 0/100
  itc guess-all ./tf_files s3://traps/ s3://results/ --queue redis://queue:6379`,
    )
    .action(async (tfFiles: string, source: string, results: string, flags: Flags, own: Command) => {
      const shard = await shardOf(flags)
      const queue = queueOf(flags)
      const limits = limitsOf(flags, terminal)
      const [{ loadModel }, { guessAll }] = await Promise.all([
        import('../jobs/guess/loadModel.ts'),
        import('../jobs/guessAll/guessAll.ts'),
      ])
      const model = await loadModel(tfFiles, { engine: flags.engine })
      const { createProgress } = await import('./progress.ts')
      const progress = createProgress(terminal, 'naming')
      try {
        const places = { queue: flags.queue ?? '', source, results }
        const fleet = new FleetLines(terminal, lineFor('worker', own, tfFiles, places))
        const onEvent = (event: GuessAllEvent) => show(event, progress, terminal, fleet)
        const options = { limits, shard, queue, onEvent, signal: terminal.signal }
        const result = await guessAll(model, source, results, options)
        progress.stop()
        if (flags.json) printJson(terminal, { ...result, refusals: result.refusals.map(refusalJson) })
        else report(result, results, terminal)
        if (flags.strict && result.failed > 0) outcome.exitCode = 1
      } catch (error) {
        if (flags.json || !(error instanceof Interrupted)) throw error
        progress.stop()
        if (queue) terminal.err('Workers go on with what waits in the queue.')
        terminal.err('Stopped. Every part that is there is whole; run the same command to go on.')
        outcome.exitCode = error.exitCode
      } finally {
        progress.stop()
        await model.dispose()
      }
    })
}

function show(event: GuessAllEvent, progress: Progress, { info, errIsTerminal }: Terminal, fleet: FleetLines): void {
  if (event.kind === 'listing') {
    if (errIsTerminal) progress.update(0, event.pictures, 'listing')
  } else if (event.kind === 'named') {
    const failed = event.failed > 0 ? `${event.failed} not named` : ''
    progress.update(event.done, event.total, [fleet.words, failed].filter(words => words !== '').join(', '))
  } else if (event.kind === 'workers' || event.kind === 'waiting') {
    fleet.show(event)
  } else if (event.before > 0) {
    info(`${count(event.before, 'picture')} done before, ${event.pictures} left to do`)
  }
}

function report({ named, before, failed, refusals }: GuessAllResult, results: string, terminal: Terminal): void {
  const { out, err, colors, errColors } = terminal
  out(colors.bold(`${count(named, 'picture')} named${before > 0 ? `, ${before} before` : ''}`))
  const what = failed > 0 ? 'not named, or left out' : 'left out'
  for (const line of leftOutLines(refusals, what)) err(errColors.yellow(line))
  out(`One table of it: itc results ${quoted(results)} --to results.parquet`)
}
