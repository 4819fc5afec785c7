import { totalmem } from 'node:os'
import type { Probe } from '../backbone/options.ts'
import { memoryLimit } from '../disk/memoryLimit.ts'
import { UserError } from '../errors.ts'
import { type Lane, type Output, startLane } from './onnxLanes.ts'
import { anyOrt } from './onnxRuntime.ts'
import { refusing } from './onnxSession.ts'

/** Two: a network that takes only one at a time shows. */
const PICTURES = 2
/** Seconds of the processor: the largest network that is allowed, of 10^12 multiplications, takes some twenty a picture. */
const MOST_SECONDS = 120
const LOOK_MS = 250

/**
 * Runs somebody's network once, on grey pictures, to learn what its file need not say: that this runtime runs it, how many
 * features it gives, and that it ends. In a thread of its own, so that signals are heard meanwhile.
 *
 * @throws UserError E_ENGINE with the runtime's reason; E_NO_LENGTH for what are no features; E_BAD_GRAPH for what does not
 *   end, or takes half of the memory: its thread then goes on, and no process ends properly before it does
 */
export const probe: Probe = (bytes, size, name) => probeWithin(MOST_SECONDS, bytes, size, name)

/** @internal for tests: with another limit, in seconds of the processor */
export async function probeWithin(seconds: number, bytes: Uint8Array, size: number, name: string): Promise<number> {
  const lane = startLane(bytes, size, await anyOrt())
  const watch = new Watch(name, seconds)
  try {
    const { data, dims } = await Promise.race([runOnce(lane, size, name), watch.tooMuch])
    await lane.end()
    if (data instanceof Float32Array && dims[0] === PICTURES && data.length > 0) return data.length / PICTURES
    const problem = `The bottleneck of ${name} gives [${dims.join(', ')}] for ${PICTURES} pictures, not a row of features each.`
    throw new UserError('E_NO_LENGTH', problem, { hint: 'Name another node with --bottleneck NODE.' })
  } finally {
    watch.end()
  }
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

/** Looks at what the process takes while a network runs. */
class Watch {
  readonly tooMuch: Promise<never>
  #timer: NodeJS.Timeout | undefined

  constructor(name: string, seconds: number) {
    const [before, memory] = [process.cpuUsage(), process.memoryUsage.rss()]
    const most = memory + (memoryLimit() ?? totalmem()) / 2
    this.tooMuch = new Promise((_, reject) => {
      const look = () => {
        const { user, system } = process.cpuUsage(before)
        if (user + system > seconds * 1e6) reject(tooMuch(name, `more than ${seconds} seconds of the processor`))
        if (process.memoryUsage.rss() > most) reject(tooMuch(name, 'more than half of the memory'))
      }
      this.#timer = setInterval(look, LOOK_MS)
    })
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

function tooMuch(name: string, what: string): UserError {
  return new UserError('E_BAD_GRAPH', `${name} takes too much: ${what} for ${PICTURES} pictures.`, {
    hint: 'Give it a smaller --input-size, or get the file again: no network for pictures needs so much.',
  })
}
