import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join, posix } from 'node:path'

/** Below it work goes one picture after another: lanes and several decodes side by side would not fit. */
const LITTLE = 600e6

/** Where the kernel shows a group's limit: in version 2 of cgroups, beside version 1, and in version 1. */
const PLACES = [
  { controller: '', folder: 'sys/fs/cgroup', file: 'memory.max' },
  { controller: '', folder: 'sys/fs/cgroup/unified', file: 'memory.max' },
  { controller: 'memory', folder: 'sys/fs/cgroup/memory', file: 'memory.limit_in_bytes' },
] as const

/**
 * Bytes that this process may use, by the cgroups it is in, as containers and services have them: the least of its own and of
 * those around it. Undefined where nothing but the machine limits it. Node's own `constrainedMemory` asks the innermost only.
 *
 * @param root a folder in place of /
 * @internal for tests: exported for other roots
 */
export function memoryLimitIn(root = '/'): number | undefined {
  const groups = (read(root, 'proc/self/cgroup') ?? '').split('\n').map(line => line.split(':'))
  const limits = PLACES.flatMap(
    ({ controller, folder, file }) =>
      groups
        .filter(([, controllers]) => controllers?.split(',').includes(controller))
        .flatMap(([, , ...path]) => upwards(path.join(':')))
        .map(path => Number(read(root, join(folder, path, file)) ?? Number.NaN)), // "max" where there is none
  )
  const least = Math.min(...limits.filter(limit => limit > 0))
  return least < totalmem() ? least : undefined
}

/** The same, of this process, read once. */
export function memoryLimit(): number | undefined {
  own ??= { limit: process.platform === 'linux' ? memoryLimitIn() : undefined }
  return own.limit
}

let own: { readonly limit: number | undefined } | undefined

/** Whether work should be done with as little memory as it can. */
export function isMemoryLittle(limit = memoryLimit()): boolean {
  return limit !== undefined && limit < LITTLE
}

/** A path and all above it. A container may see its own group as the topmost, whatever its path outside. */
function upwards(path: string): string[] {
  return path === '/' || path === '' ? ['/'] : [path, ...upwards(posix.dirname(path))]
}

function read(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8').trim()
  } catch {
    return undefined // there is no such version, or not for this process
  }
}
