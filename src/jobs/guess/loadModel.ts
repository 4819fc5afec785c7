import { findRoot } from '../../dataset/root.ts'
import { type EngineChoice, loadEngine } from '../../engine/load.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { Model } from '../../model/model.ts'

export interface LoadModelOptions {
  readonly engine?: EngineChoice | undefined
}

/**
 * Makes the model of a working folder ready to guess.
 *
 * @throws UserError when there is none, or when it is damaged or of a newer `itc`
 */
export async function loadModel(tfFiles: string, options: LoadModelOptions = {}): Promise<Model> {
  const [stored, engine] = await Promise.all([readModel(tfFiles), loadEngine(options.engine ?? 'auto')])
  if (engine.name !== 'tensorflow') return new Model(stored, engine)
  const { withGraphBackbones } = await import('../../model/graphBackbones.ts')
  return new Model(withGraphBackbones(layoutOf(await findRoot(tfFiles)), stored), engine)
}
