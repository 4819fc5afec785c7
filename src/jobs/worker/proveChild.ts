import type { DecodeLimits } from '../../image/limits.ts'
import { loadModel } from '../guess/loadModel.ts'
import type { FromTrial, Trial, TrialWork } from './prove.ts'

/** The script of a process that opens one picture, which may end it. */
process.once('message', (trial: Trial) => {
  open(trial).then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
// Ctrl-C reaches every process of a terminal: whoever asked decides.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(1))

async function open({ work, limits, bytes }: Trial): Promise<void> {
  const perform = await ready(work, limits)
  await say('ready')
  // What is wrong with a picture is a row like others, and none of a process.
  await perform(bytes)
  await say('cleared')
}

async function ready(work: TrialWork, limits: DecodeLimits): Promise<(bytes: Uint8Array) => Promise<void>> {
  if (work.kind === 'features') return await (await import('./tryBottlenecks.ts')).readyForBottlenecks(work, limits)
  const model = await loadModel(work.tfFiles, work)
  return async bytes => {
    for await (const _ of model.guessAll([bytes], { limits }));
  }
}

/** Resolves when it has been written, so that an end right after does not lose it. */
function say(word: FromTrial): Promise<void> {
  return new Promise(resolve => process.send?.(word, () => resolve()))
}
