import type { Probe } from '../backbone/options.ts'
import { UserError } from '../errors.ts'
import { loadAnyOrt } from './onnxRuntime.ts'
import { createSession, refusing } from './onnxSession.ts'

/** Two: a network that takes only one at a time shows. */
const PICTURES = 2

/**
 * Runs somebody's network once, on grey pictures, to learn what its file need not say: that this runtime runs it, and how
 * many features it gives.
 *
 * @throws UserError E_ENGINE with the runtime's reason; E_NO_LENGTH for what are no features
 */
export const probe: Probe = async (bytes, size, name) => {
  const ort = await loadAnyOrt()
  const refused = refusing(name)
  const session = await createSession(ort, bytes).catch(refused)
  try {
    const pixels = new Uint8Array(PICTURES * size * size * 3).fill(128)
    const input = new ort.Tensor('uint8', pixels, [PICTURES, size, size, 3])
    const output = await session.run({ [session.inputNames[0]!]: input }).catch(refused)
    const { data, dims } = output[session.outputNames[0]!]!
    if (data instanceof Float32Array && dims[0] === PICTURES && data.length > 0) return data.length / PICTURES
    const problem = `The bottleneck of ${name} gives [${dims.join(', ')}] for ${PICTURES} pictures, not a row of features each.`
    throw new UserError('E_NO_LENGTH', problem, { hint: 'Name another node with --bottleneck NODE.' })
  } finally {
    await session.release()
  }
}
