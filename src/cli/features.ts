import type { Command } from 'commander'
import type { FeaturesResult } from '../jobs/features/features.ts'
import type { NetworkOptions } from '../jobs/features/network.ts'
import type { SameNetworks } from '../jobs/features/sameTraining.ts'
import { count, list, printable } from '../text.ts'
import { addBackboneOptions } from './backboneOptions.ts'
import type { CommandContext } from './context.ts'
import { FleetLines } from './fleetLines.ts'
import { printJson } from './json.ts'
import { lineFor } from './lineFor.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { createProgress } from './progress.ts'
import { addSharingOptions, queueOf, type SharingFlags, shardOf } from './queueOptions.ts'
import { Interrupted } from './signals.ts'
import type { Terminal } from './terminal.ts'

type Flags = NetworkOptions & NetworkFlags & SharingFlags

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
  addSharingOptions(command, 'compute nothing')
  addNetworkOptions(addBackboneOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  itc features ./tf_files ./labelled ./features
  itc features ./tf_files s3://traps/labelled/ s3://features/ --shard 0/10
  itc features ./tf_files s3://traps/labelled/ s3://features/ --queue redis://q
  itc train ./tf_files --features s3://features/`,
    )
    .action(async (tfFiles: string, source: string, features: string, flags: Flags, own: Command) => {
      const { json, shard: _, queue: address = '', window: __, ...network } = flags
      const [queue, limits, shard] = [queueOf(flags), limitsOf(flags), await shardOf(flags)]
      const { computeFeatures } = await import('../jobs/features/features.ts')
      const progress = createProgress(terminal, 'bottlenecks')
      const fleet = new FleetLines(terminal, lineFor('worker', own, tfFiles, { queue: address, source, features }))
      try {
        const result = await computeFeatures(source, features, {
          ...network,
          tfFiles,
          limits,
          shard,
          queue,
          onProgress: (done, total) => progress.update(done, total, fleet.words),
          onFleet: event => fleet.show(event),
          signal: terminal.signal,
        })
        progress.stop()
        if (json) printJson(terminal, result)
        else {
          const same = await unnamed(tfFiles, flags)
          report(result, features, lineFor('train', own, tfFiles, { features, ...same.flags }), same.unknown, terminal)
        }
      } catch (error) {
        if (json || !(error instanceof Interrupted)) throw error
        progress.stop()
        if (queue) terminal.err('Workers go on with what waits in the queue.')
        terminal.err('Stopped. Every part that is there is whole; run the same command to go on.')
        outcome.exitCode = error.exitCode
      } finally {
        progress.stop()
      }
    })
}

/** The networks of a model, which were not named: a training takes none that it is not told. */
async function unnamed(tfFiles: string, { backbone, preset }: Flags): Promise<SameNetworks> {
  if (backbone !== undefined || preset !== undefined) return { flags: {}, unknown: [] }
  const { sameNetworksAs } = await import('../jobs/features/sameTraining.ts')
  return await sameNetworksAs(tfFiles)
}

function report(
  result: FeaturesResult,
  features: string,
  training: string,
  unknown: readonly string[],
  { out, err, colors }: Terminal,
): void {
  const { computed, before, failed, skipped } = result
  out(colors.bold(`${count(computed, 'picture')} computed${before > 0 ? `, ${before} before` : ''}`))
  if (failed > 0)
    err(colors.yellow(`${count(failed, 'picture')} can't be used; the index in ${printable(features)} says why`))
  if (skipped > 0)
    err(colors.yellow(`${count(skipped, 'file')} left out: in no category's folder, or no pictures by their endings`))
  out(`To learn from them: ${training}`)
  if (unknown.length > 0) {
    out(`FILE: ${printable(list(unknown))}, which the model was trained on, with what else was said of it then`)
  }
}
