import { REINSTALL, UserError, unexpected } from '../errors.ts'
import { ENGINES, type Engine, type EngineName } from './engine.ts'
import { noteStandIn } from './standIn.ts'

/** What `--engine` takes: an engine, or whichever loads. */
export const ENGINE_CHOICES = ['auto', ...ENGINES] as const
export type EngineChoice = (typeof ENGINE_CHOICES)[number]

/** How each engine is made. A runtime is imported only here, so one that is absent or broken harms only who asks for it. */
export type EngineMakers = Readonly<Record<EngineName, () => Promise<Engine>>>

const MAKERS: EngineMakers = {
  onnx: async () => (await import('./onnx.ts')).createOnnxEngine('onnx'),
  wasm: async () => (await import('./onnx.ts')).createOnnxEngine('wasm'),
  tensorflow: async () => (await import('./tensorflow.ts')).createTensorflowEngine(),
}

/** What `itc doctor` tells of one engine. */
export type EngineDiagnosis =
  | { readonly name: EngineName; readonly loads: true; readonly version: string }
  | { readonly name: EngineName; readonly loads: false; readonly problem: string; readonly remedy: string | undefined }

/**
 * Loads the engine of that name; for `auto` the first that loads: onnx, else wasm, else tensorflow. What stands in for another
 * is noted (see standIn.ts).
 *
 * @throws {UserError} E_ENGINE with the reason and what to run; E_BAD_VALUE for a name that is no engine's
 */
export async function loadEngine(choice: EngineChoice = 'auto', makers: EngineMakers = MAKERS): Promise<Engine> {
  if (!ENGINE_CHOICES.includes(choice)) throw unexpected('engine', `one of ${ENGINE_CHOICES.join(', ')}`, choice)
  if (choice !== 'auto') return await makers[choice]()
  const failures: UserError[] = []
  for (const name of ENGINES) {
    try {
      const engine = await makers[name]()
      if (failures[0]) noteStandIn({ engine: name, problem: failures[0].message, remedy: failures[0].hint })
      return engine
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failures.push(error)
    }
  }
  const [first, ...others] = failures
  const message = [`No engine can be loaded. ${first!.message}`, ...others.map(each => each.message)].join(' ')
  throw new UserError('E_ENGINE', message, { ...(first!.hint && { hint: first!.hint }), cause: first })
}

/** Tries every engine, and tells of each which version loads, or why none does and what to do. */
export async function diagnoseEngines(makers: EngineMakers = MAKERS): Promise<EngineDiagnosis[]> {
  const diagnoses: EngineDiagnosis[] = []
  for (const name of ENGINES) {
    try {
      const { version } = await makers[name]()
      diagnoses.push({ name, loads: true, version })
    } catch (error) {
      const remedy = error instanceof UserError ? error.hint : REINSTALL
      diagnoses.push({ name, loads: false, problem: error instanceof Error ? error.message : String(error), remedy })
    }
  }
  return diagnoses
}
