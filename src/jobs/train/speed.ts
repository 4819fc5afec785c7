import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { readJson, writeJson } from '../../disk/json.ts'
import type { EngineChoice } from '../../engine/load.ts'
import type { Layout } from '../../model/layout.ts'
import { dictionary, looseObject, number, text } from '../../schema.ts'

/** How long stages took, as multiples of what they usually take; those of unusual networks under names of their own. */
export type Speed = Readonly<Record<string, number>>

interface SpeedFile {
  readonly machine: string
  readonly stages: Speed
}

const FILE = looseObject({ machine: text, stages: dictionary(number) })

/** What the last training in a folder took on this machine; empty where there was none. It lies in the cache: losing it costs nothing. */
export async function readSpeed(layout: Layout, engine: EngineChoice): Promise<Speed> {
  const file = await readJson<SpeedFile>(pathOf(layout), FILE)
  return file?.machine === machineOf(engine) ? file.stages : {}
}

/** Failing to write it fails nothing. */
export async function writeSpeed(layout: Layout, engine: EngineChoice, stages: Speed): Promise<void> {
  await writeJson(pathOf(layout), { machine: machineOf(engine), stages }).catch(() => undefined)
}

function pathOf({ bottlenecks }: Layout): string {
  return join(bottlenecks, 'speed.json')
}

/** A folder may be copied, and a container may get other cores. */
function machineOf(engine: EngineChoice): string {
  return `${cpus()[0]?.model ?? ''} x ${availableParallelism()}, ${engine}`
}
