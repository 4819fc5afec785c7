import type { ClustersResult } from '../jobs/clusters/clusters.ts'
import { count, list, printable, shownLabel } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addLinkOption, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { leftOutLines, refusalJson } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends NetworkFlags {
  readonly followLinks?: boolean
  readonly detail: number
  readonly seed?: number
}

/** Pictures named of each group. */
const NAMED = 3

/** `itc clusters` */
export function addClusters({ program, terminal }: CommandContext): void {
  const command = program
    .command('clusters')
    .summary('group pictures by likeness')
    .description(
      'Groups the pictures in <folder> that look alike, the largest group first and in each the most typical picture ' +
        'first, so that one name labels many. Needs no label; where there is a model, each group says what it takes it for.',
    )
    .argument('<tf_files>', "working folder, whose cache and model's network are used")
    .argument('<folder>', 'pictures to group; folders in it included')
    .option('--detail <1-3>', '1 few large groups, 3 many pure ones', parseNumber, 1)
    .option('--seed <n>', 'of the random numbers: same seed, same groups', parseNumber)
  addLinkOption(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc clusters ./tf_files ./unlabelled
  itc clusters ./tf_files ./unlabelled --detail 3 --json`,
    )
    .action(async (tfFiles: string, folder: string, { json, detail, ...flags }: Flags) => {
      const [{ clusters }, { createProgress }] = await Promise.all([
        import('../jobs/clusters/clusters.ts'),
        import('./progress.ts'),
      ])
      const progress = createProgress(terminal, 'Looking at pictures')
      const result = await clusters(tfFiles, folder, {
        detail,
        engine: flags.engine,
        ...(flags.followLinks && { followLinks: true }),
        ...(flags.seed !== undefined && { seed: flags.seed }),
        limits: limitsOf(flags, terminal),
        onProgress: (done, total) => progress.update(done, total),
        signal: terminal.signal,
      }).finally(() => progress.stop())
      if (json) printJson(terminal, { ...result, refusals: result.refusals.map(refusalJson) })
      else print(result, terminal)
    })
}

function print({ groups, rest, refusals }: ClustersResult, { out, err, errColors: colors }: Terminal): void {
  for (const [at, { pictures, suggestion }] of groups.entries()) {
    const taken = suggestion === null ? '' : `, looks like ${shownLabel(suggestion)}`
    out(`${at + 1}. ${count(pictures.length, 'picture')}${taken}: ${list(pictures.map(printable), NAMED)}`)
  }
  if (rest.length > 0) out(`In no group: ${list(rest.map(printable), NAMED)}`)
  for (const line of leftOutLines(refusals)) err(colors.yellow(line))
}
