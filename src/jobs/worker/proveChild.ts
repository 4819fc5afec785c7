import { loadModel } from '../guess/loadModel.ts'
import type { FromTrial, Trial } from './prove.ts'

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

async function open({ tfFiles, engine, limits, bytes }: Trial): Promise<void> {
  const model = await loadModel(tfFiles, { engine })
  await say('ready')
  // An error is a row like others, and none of a process.
  for await (const _ of model.guessAll([bytes], { limits }));
  await say('cleared')
}

/** Resolves when it has been written, so that an end right after does not lose it. */
function say(word: FromTrial): Promise<void> {
  return new Promise(resolve => process.send?.(word, () => resolve()))
}
