import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built program, as a person starts it; `npm run test:slow` builds first. */
export const ITC = fileURLToPath(new URL('../../bin/itc.js', import.meta.url))

/** A process of `itc` that ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A process of `itc` under way. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when what was printed so far, on either stream, matches; rejects when the process ends before. */
  readonly prints: (pattern: RegExp) => Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
}

/** Starts `itc ARGS…`, or another script that is given whole. */
export function startItc(args: readonly string[], options: StartOptions = {}, script: string = ITC): Running {
  const { env, uid } = options
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(uid !== undefined && { uid }),
  })
  let out = ''
  let err = ''
  let listeners: (() => void)[] = []
  const heard = () => {
    for (const listener of listeners) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
    heard()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk
    heard()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  const prints = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(out + err)) return
        listeners = listeners.filter(listener => listener !== look)
        resolve()
      }
      listeners.push(look)
      look()
      ended.then(() => reject(new Error(`ended without ${pattern}:\n${out}${err}`)), reject)
    })
  return { child, ended, prints }
}

/** Runs `itc ARGS…` to its end. */
export function runItc(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startItc(args, options).ended
}
