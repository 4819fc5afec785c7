import { unexpected } from '../errors.ts'
import type { WorkerEvent, WorkerResult } from '../jobs/worker/worker.ts'
import { count, printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends NetworkFlags {
  readonly queue: string
  readonly source: string
  readonly results: string
  readonly untilEmpty?: boolean
  readonly silence: number
}

/** `itc worker` */
export function addWorker({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('worker')
    .summary('name pictures for itc guess-all --queue, on any number of machines')
    .description(
      'Takes batches of pictures from a queue, names them and writes their parts, until it is stopped. It reads and writes ' +
        'only in the places given here and below them, whatever the queue says. Ctrl-C and SIGTERM let it finish the ' +
        'batches at hand; a second one ends it at once. What a worker leaves undone another one does.',
    )
    .argument('<tf_files>', 'folder that was trained: the same model as for itc guess-all')
    .requiredOption('--queue <address>', 'redis://HOST:6379, rediss://… or postgres://USER@HOST/DATABASE')
    .requiredOption(
      '--source <place>',
      'where the pictures are: a folder, s3://BUCKET/FOLDER/, or https://HOST/FOLDER/',
    )
    .requiredOption('--results <place>', 'where the results go: a folder or s3://BUCKET/FOLDER/')
    .option('--until-empty', 'end when there is nothing left to do; a minute after the start if there never was')
    .option('--silence <seconds>', 'take a worker for dead that is not heard from for so long', parseNumber, 30)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc worker tf_files --queue redis://q --source s3://traps/ --results s3://out/
  itc worker ./tf_files --queue postgres://itc@db/q --source traps --results out`,
    )
    .action(async (tfFiles: string, flags: Flags) => {
      const { engine, queue, source, results, untilEmpty = false } = flags
      const silence = checkedSilence(flags)
      const limits = limitsOf(flags)
      const [{ loadModel }, { runWorker }] = await Promise.all([
        import('../jobs/guess/loadModel.ts'),
        import('../jobs/worker/worker.ts'),
      ])
      const model = await loadModel(tfFiles, { engine })
      const { signal } = terminal
      const onEvent = (event: WorkerEvent) => show(event, terminal)
      try {
        const places = { tfFiles, engine, queue, source, results }
        const result = await runWorker(model, { ...places, limits, untilEmpty, silence, onEvent, signal })
        if (flags.json) printJson(terminal, result)
        else terminal.out(summary(result))
        if (signal.reason instanceof Interrupted) outcome.exitCode = signal.reason.exitCode
      } finally {
        await model.dispose()
      }
    })
}

function checkedSilence({ silence }: Flags): number {
  if (silence >= 1 && silence <= 3600) return silence
  throw unexpected('--silence', 'a number between 1 and 3600', silence)
}

function show(event: WorkerEvent, { err, info, errColors: colors }: Terminal): void {
  if (event.kind === 'ready') info('Ready for batches.')
  else if (event.kind === 'finishing') info('Finishing the batches at hand; once more ends at once.')
  else if (event.kind === 'waiting') err(colors.yellow(`Waiting: ${printable(event.reason)}`))
  else if (event.kind === 'failed') err(colors.yellow(`A batch failed: ${printable(event.reason)}`))
  else if (event.kind === 'one-by-one') info(`${shortId(event)}: a worker has died over it, so one picture at a time`)
  else {
    const failed = event.failed > 0 ? `, ${event.failed} not named` : ''
    info(
      `${shortId(event)}: ${count(event.pictures, 'picture')}${failed}${event.isFirst ? '' : ', done by another one too'}`,
    )
  }
}

function shortId({ id }: { readonly id: string }): string {
  return id.slice(0, 12)
}

function summary({ batches, named, failed }: WorkerResult): string {
  const rest = failed > 0 ? `, ${failed} not named` : ''
  return `${count(named, 'picture')} named${rest}, in ${batches === 1 ? '1 batch' : `${batches} batches`}`
}
