import type { FeaturesOptions, FeaturesResult } from '../jobs/features/features.ts'
import { count, printable, quoted } from '../text.ts'
import { addBackboneOptions } from './backboneOptions.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { createProgress } from './progress.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

type Flags = Omit<FeaturesOptions, 'limits' | 'shard' | 'signal'> & NetworkFlags & { readonly shard?: string }

/** `itc features` */
export function addFeatures({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('features')
    .summary('compute what train learns from, for millions of pictures')
    .description(
      'Computes the bottlenecks of the labelled pictures in <source>, <category>/…, and writes them in parts to <features>, ' +
        'each created once: stopped, or with new pictures, run it again. itc train --features learns from them. Without ' +
        '--backbone or --preset, the networks of the model in <tf_files> are used, if there is one.',
    )
    .argument('<tf_files>', 'working folder')
    .argument('<source>', 'folder or s3://BUCKET/FOLDER/ with a folder a category')
    .argument('<features>', 'folder or s3://BUCKET/FOLDER/ for the bottlenecks, made if absent')
    .option('--shard <i/n>', 'do one share of n only, counted from 0: n processes do all of it')
  addNetworkOptions(addBackboneOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  itc features ./tf_files ./labelled ./features
  itc features ./tf_files s3://traps/labelled/ s3://features/ --shard 0/10
  itc train ./tf_files --features s3://features/`,
    )
    .action(async (tfFiles: string, source: string, features: string, { json, shard, ...flags }: Flags) => {
      const limits = limitsOf(flags)
      const { parseShard } = await import('../jobs/guessAll/plan.ts')
      const share = shard === undefined ? undefined : parseShard(shard)
      const { computeFeatures } = await import('../jobs/features/features.ts')
      const progress = createProgress(terminal, 'bottlenecks')
      try {
        const result = await computeFeatures(source, features, {
          ...flags,
          tfFiles,
          limits,
          shard: share,
          onProgress: (done, total) => progress.update(done, total),
          signal: terminal.signal,
        })
        progress.stop()
        if (json) printJson(terminal, result)
        else report(result, tfFiles, features, terminal)
      } catch (error) {
        if (json || !(error instanceof Interrupted)) throw error
        progress.stop()
        terminal.err('Stopped. Every part that is there is whole; run the same command to go on.')
        outcome.exitCode = error.exitCode
      } finally {
        progress.stop()
      }
    })
}

function report(result: FeaturesResult, tfFiles: string, features: string, { out, err, colors }: Terminal): void {
  const { computed, before, failed, skipped } = result
  out(colors.bold(`${count(computed, 'picture')} computed${before > 0 ? `, ${before} before` : ''}`))
  if (failed > 0)
    err(colors.yellow(`${count(failed, 'picture')} can't be used; the index in ${printable(features)} says why`))
  if (skipped > 0)
    err(colors.yellow(`${count(skipped, 'file')} left out: in no category's folder, or no pictures by their endings`))
  out(`To learn from them: itc train ${quoted(tfFiles)} --features ${quoted(features)}`)
}
