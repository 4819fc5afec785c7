import { loadEngine } from '../../engine/load.ts'
import { Runners } from '../../model/runners.ts'
import { type Computed, computeBottlenecks } from '../features/compute.ts'
import { writeFeatures } from '../features/featureBatch.ts'
import { type FeaturesNetwork, type NetworkOptions, networkOf } from '../features/network.ts'
import { FEATURES } from '../guessAll/folderForm.ts'
import { pictureOf } from '../guessAll/nameBatch.ts'
import type { Work } from './work.ts'
import { runWorker, type WorkerOptions, type WorkerResult } from './worker.ts'

const NONE = new Float32Array()

/** Computes the bottlenecks of a queue's pictures. @throws UserError as `runWorker`, and for a network that can't be had */
export async function extractAsWorker(network: NetworkOptions, options: WorkerOptions): Promise<WorkerResult> {
  const own = await networkOf(network, options.limits, options.signal)
  const runners = new Runners(await loadEngine(network.engine ?? 'auto'), own.backbones)
  try {
    return await runWorker(extractingWork(own, runners, network), options)
  } finally {
    await runners.dispose()
  }
}

/** Computes the bottlenecks of pictures. @param options those that the network is from */
function extractingWork(
  { identity, backbones }: FeaturesNetwork,
  runners: Runners,
  options: NetworkOptions,
): Work<Computed> {
  return {
    identity,
    form: FEATURES,
    trial: { kind: 'features', options },
    perform(items, { source, limits, signal, pictures = items.length }) {
      const lazy = items.map(item => pictureOf(item, source, limits, signal))
      return computeBottlenecks(lazy, backbones, runners, { limits, pictures, signal })
    },
    refused: (_, error) => ({ sha256: undefined, bottleneck: NONE, error }),
    write: (batch, computed, { results, signal }) => writeFeatures(batch, computed, backbones, results, signal),
  }
}
