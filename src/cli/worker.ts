import { UserError, unexpected } from '../errors.ts'
import type { NetworkOptions } from '../jobs/features/network.ts'
import type { WorkerEvent, WorkerResult } from '../jobs/worker/worker.ts'
import { count, printable } from '../text.ts'
import { addBackboneOptions } from './backboneOptions.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

type Flags = NetworkFlags & NetworkOptions & WorkerFlags

interface WorkerFlags {
  readonly queue: string
  readonly source: string
  readonly results?: string
  readonly features?: string
  readonly untilEmpty?: boolean
  readonly silence: number
}

/** `itc worker` */
export function addWorker({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('worker')
    .summary('name pictures or compute features that a queue hands out')
    .description(
      'Takes batches of pictures that itc guess-all has put into a queue, names them and writes their parts, until it is ' +
        'stopped; or with --features those of itc features, and computes their bottlenecks. It reads and writes only in the places given here and below them, whatever the queue says. Ctrl-C and SIGTERM let it finish the ' +
        'batches at hand; a second one ends it at once. What a worker leaves undone another one does.',
    )
    .argument('<tf_files>', 'folder that was trained: the same model as for itc guess-all, or itc features')
    .requiredOption('--queue <address>', 'redis://HOST:6379, rediss://… or postgres://USER@HOST/DATABASE')
    .requiredOption(
      '--source <place>',
      'where the pictures are: a folder, s3://BUCKET/FOLDER/, or https://HOST/FOLDER/',
    )
    .option('--results <place>', 'where the results go: a folder or s3://BUCKET/FOLDER/')
    .option('--features <place>', 'compute features instead, and where those go; with the options of itc features')
    .option('--until-empty', 'end when there is nothing left to do; a minute after the start if there never was')
    .option('--silence <seconds>', 'take a worker for dead that is not heard from for so long', parseNumber, 30)
  addNetworkOptions(addBackboneOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  itc worker tf_files --queue redis://q --source s3://traps/ --results s3://out/
  itc worker ./tf_files --queue postgres://itc@db/q --source traps --results out
  itc worker tf_files --queue redis://q --source s3://traps/ --features s3://f/`,
    )
    .action(async (tfFiles: string, flags: Flags) => {
      const { queue, source, untilEmpty = false, json } = flags
      const [silence, limits, { place, isNaming }] = [checkedSilence(flags), limitsOf(flags), placeOf(flags)]
      const { signal } = terminal
      const onEvent = (event: WorkerEvent) => show(event, terminal)
      const options = { queue, source, results: place, limits, untilEmpty, silence, onEvent, signal }
      const result = isNaming
        ? await (await import('../jobs/worker/naming.ts')).nameAsWorker(tfFiles, flags.engine, options)
        : await (await import('../jobs/worker/extracting.ts')).extractAsWorker(networkOf(tfFiles, flags), options)
      const words = isNaming ? 'named' : 'computed'
      if (json) printJson(terminal, { batches: result.batches, [words]: result.done, failed: result.failed })
      else terminal.out(summary(result, words))
      if (signal.reason instanceof Interrupted) outcome.exitCode = signal.reason.exitCode
    })
}

function networkOf(tfFiles: string, flags: Flags): NetworkOptions {
  const { preset, backbone, layers, inputSize, resize, mean, scale, input, bottleneck, engine } = flags
  return { tfFiles, preset, backbone, layers, inputSize, resize, mean, scale, input, bottleneck, engine }
}

/** Where the parts go, which says too what a worker does. */
function placeOf({ results, features }: Flags): { readonly place: string; readonly isNaming: boolean } {
  const place = results ?? features
  if (place !== undefined && (results === undefined || features === undefined)) {
    return { place, isNaming: results !== undefined }
  }
  const message = `Expected either --results or --features but received ${place === undefined ? 'neither' : 'both'}.`
  const hint = 'A worker names pictures into --results, for itc guess-all, or computes --features, for itc features.'
  throw new UserError('E_BAD_VALUE', message, { hint })
}

function checkedSilence({ silence }: Pick<Flags, 'silence'>): number {
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
    const failed = notUsed(event)
    info(
      `${shortId(event)}: ${count(event.pictures, 'picture')}${failed}${event.isFirst ? '' : ', done by another one too'}`,
    )
  }
}

function shortId({ id }: { readonly id: string }): string {
  return id.slice(0, 12)
}

function summary(result: WorkerResult, done: string): string {
  const { batches } = result
  return `${count(result.done, 'picture')} ${done}${notUsed(result)}, in ${batches === 1 ? '1 batch' : `${batches} batches`}`
}

function notUsed({ failed }: { readonly failed: number }): string {
  return failed > 0 ? `, ${failed} can't be used` : ''
}
