import { Option } from 'commander'
import { INTO, type Into } from '../jobs/guess/options.ts'
import type { WatchEvent } from '../jobs/watch/watch.ts'
import { count, percent, printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJsonLine } from './json.ts'
import { addLinkOption, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { Interrupted } from './signals.ts'

interface Flags extends NetworkFlags {
  readonly to: string
  readonly move?: boolean
  readonly into: Into
  readonly unsure?: number | true
  readonly once?: boolean
  readonly poll?: boolean
  readonly followLinks?: boolean
}

/** `itc watch` */
export function addWatch({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('watch')
    .summary('name pictures as they arrive in a folder')
    .description(
      'Waits for pictures in <inbox> and names each as guess-dir does, once it is whole: its size has been still for two ' +
        'seconds and it decodes. results.csv in the destination lists them. A model trained meanwhile is taken up. Ctrl-C ' +
        'ends it; started again, it goes on.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<inbox>', 'folder that pictures arrive in; folders in it included')
    .requiredOption('--to <folder>', 'folder for the named pictures, made if absent')
    .option('--move', 'move the pictures instead of copying them')
    .addOption(
      new Option('--into <how>', 'as of guess-dir: flat, or folders: <category>/<original name>')
        .choices(INTO)
        .default('flat'),
    )
    .option(
      '--unsure [score]',
      'put pictures with a lower best score, or unlike anything learnt, into unsure/',
      parseNumber,
    )
    .option('--once', 'name what is there and end')
    .option('--poll', 'look every two seconds: for disks that do not tell of changes')
  addLinkOption(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc watch ./tf_files ./inbox --to ./sorted
  itc watch ./tf_files ./inbox --to ./sorted --into folders --move --unsure
  itc watch ./tf_files /mnt/camera --to ./sorted --poll --json`,
    )
    .action(async (tfFiles: string, inbox: string, { json, to, ...flags }: Flags) => {
      const { watch } = await import('../jobs/watch/watch.ts')
      let named = 0
      const show = (event: WatchEvent) => {
        if (event.kind === 'named') named++
        if (json) printJsonLine(terminal, event)
        else if (event.kind === 'named') {
          const { original, name, score, unfamiliar } = event.picture
          const doubt = unfamiliar ? terminal.colors.yellow('  unlike anything learnt') : ''
          terminal.out(`${printable(original)} → ${printable(name)} (${percent(score)})${doubt}`)
        } else if (event.kind === 'failed') {
          terminal.err(
            terminal.errColors.yellow(`${printable(event.problem.original)}: ${printable(event.problem.reason)}`),
          )
        } else if (event.kind === 'model') terminal.info('A new model was taken up.')
      }
      try {
        const { failed } = await watch(tfFiles, inbox, to, {
          into: flags.into,
          move: flags.move === true,
          ...(flags.unsure !== undefined && { unsure: await thresholdOf(tfFiles, flags.unsure) }),
          once: flags.once === true,
          poll: flags.poll === true,
          ...(flags.followLinks && { followLinks: true }),
          engine: flags.engine,
          limits: limitsOf(flags, terminal),
          onEvent: show,
          signal: terminal.signal,
        })
        if (failed.length > 0) outcome.exitCode = 1
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error
        if (!json) terminal.err(`Ended; ${count(named, 'picture')} named.`)
        outcome.exitCode = error.exitCode
      }
    })
}

async function thresholdOf(tfFiles: string, given: number | true): Promise<number> {
  const [{ readModel }, { chooseUnsure }] = await Promise.all([
    import('../model/load.ts'),
    import('../jobs/guess/unsure.ts'),
  ])
  const { manifest } = await readModel(tfFiles)
  return chooseUnsure(manifest, given === true ? undefined : given, undefined).threshold
}
