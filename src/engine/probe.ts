import type { Probe } from '../backbone/options.ts'
import { UserError } from '../errors.ts'
import { type Lane, type Output, startLane } from './onnxLanes.ts'
import { anyOrt } from './onnxRuntime.ts'
import { refusing } from './onnxSession.ts'
import { SECONDS_A_PICTURE, unlessTooMuch } from './tooMuch.ts'

/** Two: a network that takes only one at a time shows. */
const PICTURES = 2

/**
 * Runs somebody's network once, on grey pictures, to learn what its file need not say: that this runtime runs it, how many
 * features it gives, and that it ends. In a thread of its own, so that signals are heard meanwhile.
 *
 * @throws UserError E_ENGINE with the runtime's reason; E_NO_LENGTH for what are no features; E_BAD_GRAPH for what does not
 *   end, or takes half of the memory: its thread then goes on, and no process ends properly before it does
 */
export const probe: Probe = (bytes, size, name) => probeWithin(PICTURES * SECONDS_A_PICTURE, bytes, size, name)

/** @internal for tests: with another limit, in seconds of the processor */
export async function probeWithin(seconds: number, bytes: Uint8Array, size: number, name: string): Promise<number> {
  const lane = startLane(bytes, size, await anyOrt())
  const { data, dims } = await unlessTooMuch({ name, pictures: PICTURES, seconds }, runOnce(lane, size, name))
  await lane.end()
  if (data instanceof Float32Array && dims[0] === PICTURES && data.length > 0) return data.length / PICTURES
  const problem = `The bottleneck of ${name} gives [${dims.join(', ')}] for ${PICTURES} pictures, not a row of features each.`
  throw new UserError('E_NO_LENGTH', problem, { hint: 'Name another node with --bottleneck NODE.' })
}

async function runOnce(lane: Lane, size: number, name: string): Promise<Output> {
  try {
    await lane.ready
    return await lane.run(new Uint8Array(PICTURES * size * size * 3).fill(128), PICTURES)
  } catch (error) {
    await lane.end()
    return refusing(name)(error)
  }
}
