import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, posix, win32 } from 'node:path'
import type { Environment } from '../storage/http.ts'

/** Where downloaded networks are kept: `ITC_CACHE`, else the place that the operating system sets aside for caches. */
export function defaultCacheFolder(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const path = platform === 'win32' ? win32 : posix
  if (env.ITC_CACHE) return env.ITC_CACHE
  // XDG_CACHE_HOME is honoured everywhere: who sets it outside Linux means it.
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'itc')
  if (platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'itc', 'Cache')
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'itc')
  return path.join(home, '.cache', 'itc')
}

/**
 * Where an address's file lives in the cache: folders named like the address, so that it can be found and put there by
 * hand, and a network of several files lies as it does on its server. What such names can't tell apart (http from https,
 * users, queries, the case of letters, …) a folder of its own does; the files of one network share it.
 */
export function cachedPath(cacheFolder: string, address: string): string {
  const url = new URL(address)
  const parts = url.pathname.split('/').slice(1)
  const file = parts.pop()!
  const names = [url.host, ...parts.filter(part => part !== '')]
  const isPlain = url.protocol === 'https:' && url.search + url.username + url.password === '' && !parts.includes('')
  const isTold = isPlain && names.every(name => PLAIN.test(name))
  const rest = [url.protocol, url.username, url.password, url.host, parts, url.search]
  return join(cacheFolder, ...names.map(safeName), ...(isTold ? [] : [digestOf(rest)]), fileNameOf(file))
}

/** Names that are the same on every disk and in no other address. */
const PLAIN = /^[a-z0-9][a-z0-9._-]{0,100}$/
/** What lies beside a download belongs to it. */
const BESIDE = /\.(part|lock|download\.json|part\.json)$/

function fileNameOf(file: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,100}$/.test(file) && !BESIDE.test(file)) return file
  return file === '' ? 'index' : `${digestOf([file])}-${safeName(file)}`
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
}

/** Windows forbids some characters in names, and every system has its longest name. */
function safeName(name: string): string {
  return name.replace(/[<>:"|?*\\]/g, '_').slice(-120)
}

/** The address to ask instead: `ITC_MIRROR` in place of the host, the path kept, below the mirror's own path if it has one. */
export function mirrored(address: string, mirror: string | undefined): string {
  if (!mirror) return address
  const { pathname, search } = new URL(address)
  return mirror.replace(/\/+$/, '') + pathname + search
}
