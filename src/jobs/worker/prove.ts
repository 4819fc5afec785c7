import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EngineChoice } from '../../engine/load.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { NetworkOptions } from '../features/network.ts'

/** The script that a child runs; beside this file when built. */
const CHILD = fileURLToPath(new URL('./proveChild.js', import.meta.url))
/** A picture that takes longer, in milliseconds, would keep any worker for ever. */
const PATIENCE_MS = 180_000

/** What is to be done with a picture. */
export type TrialWork =
  | { readonly kind: 'naming'; readonly tfFiles: string; readonly engine: EngineChoice }
  | { readonly kind: 'features'; readonly options: NetworkOptions }

/** What a child is told. */
export interface Trial {
  readonly work: TrialWork
  readonly limits: DecodeLimits
  readonly bytes: Uint8Array
}

/** What it says: the model is there; the picture is done with, whatever came of it. */
export type FromTrial = 'ready' | 'cleared'

/**
 * Whether a picture ends the process that opens it: that is asked in a process of its own. One that dies before it has the
 * picture proves nothing.
 *
 * @throws Error when no process can be had
 */
export async function endsItsProcess(trial: Trial, script = CHILD): Promise<boolean> {
  const child = fork(script, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const said = new Set<FromTrial>()
  child.on('message', message => said.add(message as FromTrial))
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  child.send(trial, () => undefined) // one that is gone already has closed
  await ended.finally(() => clearTimeout(timer))
  if (!said.has('ready')) throw new Error('The process that was to open a picture could not start.')
  return !said.has('cleared')
}
