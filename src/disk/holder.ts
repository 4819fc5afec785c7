import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { systemCode } from '../errors.ts'
import { fits, looseObject, optional, positive, text } from '../schema.ts'

/**
 * Who holds a lock: a process, where its number means something, and `started`, which tells it from a later one that got
 * the same number.
 */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly started?: string | undefined
  /** Tells one run of a kernel from all others: containers on two machines may have one host name. Linux only. */
  readonly boot?: string | undefined
  /** Process numbers count within it alone: two containers on one machine may have one host name. Linux only. */
  readonly pidNamespace?: string | undefined
}

let own: Promise<Holder> | undefined

/** This process, as a lock names it. */
export function thisProcess(): Promise<Holder> {
  own ??= describeProcess()
  return own
}

async function describeProcess(): Promise<Holder> {
  const [started, boot, pidNamespace] = await Promise.all([
    startOf('self'),
    told(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    told(readlink('/proc/self/ns/pid')),
  ])
  return { pid: process.pid, host: hostname(), started, boot, pidNamespace }
}

const holderSchema = looseObject({
  pid: positive,
  host: text,
  started: optional(text),
  boot: optional(text),
  pidNamespace: optional(text),
})

export function parseHolder(content: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(content)
    return fits<Holder>(holderSchema, holder) ? holder : undefined
  } catch {
    return undefined // not yet written, or its writer died before the end
  }
}

/** Whether a holder's process can be looked up from here; if not, only its heartbeat tells. */
export async function isNear(holder: Holder): Promise<boolean> {
  const { host, boot, pidNamespace } = await thisProcess()
  if (holder.host !== host || holder.boot !== boot || holder.pidNamespace !== pidNamespace) return false
  // Without /proc a Linux process doesn't know where it is; other systems number all their processes together.
  return process.platform !== 'linux' || (boot !== undefined && pidNamespace !== undefined)
}

/**
 * Whether the process of a holder that is near still runs. One that is stopped (Ctrl-Z) does. Undefined where the system
 * doesn't tell it from a later one that got its number.
 */
export async function isAlive({ pid, started }: Holder): Promise<boolean | undefined> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false // EPERM: somebody else's
  }
  if (started === undefined || !(await hasOwnProc())) return undefined
  return started === (await startOf(pid))
}

/** Whether /proc numbers processes as this one does: in a PID namespace of its own it may still show the outer one's. */
async function hasOwnProc(): Promise<boolean> {
  return (await told(readlink('/proc/self'))) === String(process.pid)
}

/**
 * When a process started, in the system's own count; undefined where the system doesn't tell.
 * @internal for tests: a lock as another process would write it
 */
export async function startOf(pid: number | 'self'): Promise<string | undefined> {
  const text = await told(readFile(`/proc/${pid}/stat`, 'utf8'))
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] // proc(5): field 22
}

async function told(asked: Promise<string>): Promise<string | undefined> {
  return (await asked.catch(() => undefined))?.trim()
}
