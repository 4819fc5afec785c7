import type { EngineChoice } from '../../engine/load.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { Model } from '../../model/model.ts'
import { loadModel } from '../guess/loadModel.ts'
import { RESULTS } from '../guessAll/folderForm.ts'
import { modelIdentity } from '../guessAll/identity.ts'
import { nameItems, writePart } from '../guessAll/nameBatch.ts'
import { type ResultRow, refusedRow } from '../guessAll/rows.ts'
import type { Work } from './work.ts'
import { runWorker, type WorkerOptions, type WorkerResult } from './worker.ts'

/** Names the pictures of a queue with the model of a folder. @throws UserError as `runWorker`, and for no model */
export async function nameAsWorker(
  tfFiles: string,
  engine: EngineChoice,
  options: WorkerOptions,
): Promise<WorkerResult> {
  const model = await loadModel(tfFiles, { engine })
  try {
    return await runWorker(namingWork(model, tfFiles, engine, options.limits), options)
  } finally {
    await model.dispose()
  }
}

/** Names pictures. @param tfFiles the folder that the model is from */
export function namingWork(model: Model, tfFiles: string, engine: EngineChoice, limits: DecodeLimits): Work<ResultRow> {
  return {
    identity: modelIdentity(model.manifest, limits),
    form: RESULTS,
    trial: { kind: 'naming', tfFiles, engine },
    perform: (items, places) => nameItems(model, items, places),
    refused: (item, reason) => refusedRow(item, model.labels, reason),
    write: ({ id }, rows, places) => writePart(id, rows, places),
  }
}
