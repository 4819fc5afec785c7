import { lstat, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { readJson, writeJson } from '../disk/json.ts'
import { withLock } from '../disk/lock.ts'
import { removeFile, renamePatiently } from '../disk/patience.ts'
import { systemError } from '../errors/system.ts'
import { UserError } from '../errors.ts'
import { looseObject, sha256 } from '../schema.ts'
import { shownAddress } from '../storage/address.ts'
import { type Environment, openHttpClient } from '../storage/http.ts'
import { cachedPath, defaultCacheFolder, mirrored } from './cacheFolder.ts'
import { sha256OfFile } from './digest.ts'
import { dropPart, TransferError, transfer } from './transfer.ts'

/** @internal for tests */
export interface DownloadProgress {
  readonly address: string
  /** Bytes so far, those of an earlier, interrupted run included. */
  readonly received: number
  /** Undefined where the server does not say. */
  readonly total: number | undefined
}

export interface DownloadOptions {
  readonly cacheFolder?: string | undefined
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Proxies and `ITC_MIRROR`; `process.env` unless a test says otherwise. */
  readonly env?: Environment | undefined
  readonly stallMs?: number | undefined
  readonly attempts?: number | undefined
  readonly pauseMs?: number | undefined
  /** 2 GB unless given: no network is larger, as a protobuf message can't be. */
  readonly mostBytes?: number | undefined
}

export interface Downloaded {
  readonly path: string
  readonly sha256: string
  /** To be called when it was read and is a network: from then on its address must bring the same. */
  readonly keep: () => Promise<void>
  /** To be called when it is none: what was downloaded just now is removed, so that it is asked for again. */
  readonly drop: () => Promise<void>
}

/** What is noted beside a downloaded file: later downloads of its address must bring the same. */
interface DownloadRecord {
  readonly address: string
  readonly sha256: string
  readonly bytes: number
}

/** A protobuf message ends at 2 GB. */
const MOST_BYTES = 2 ** 31

const recordSchema = looseObject({ sha256 })

/**
 * The file of an address: from the cache, where its checksum is verified at every call, else downloaded into it. Several
 * processes may ask for the same file at once; one downloads it.
 *
 * @param sha256 what it must be; without it, what the first download brought
 * Links in the cache are not followed: others may write there too.
 *
 * @throws UserError `E_DOWNLOAD`, `E_CHECKSUM` or `E_CACHE_FOLDER`; the signal's reason when aborted
 */
export async function download(
  address: string,
  sha256: string | undefined,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const folder = options.cacheFolder ?? defaultCacheFolder(options.env)
  const path = cachedPath(folder, address)
  try {
    await refuseLinks(folder, path)
    const cached = await readCached(path, address, sha256)
    if (cached) return cached
    const waiting = async () => reportPart(path, address, options)
    return await withLock(`${path}.lock`, { signal: options.signal, waiting }, async () => {
      return (await readCached(path, address, sha256)) ?? (await fetchInto(path, address, sha256, options))
    })
  } catch (error) {
    options.signal?.throwIfAborted()
    throw asUserError(error, folder)
  }
}

/** The checksum that an address's first download had, if there was one; its file is not looked at. */
export async function recordedSha256(address: string, options: DownloadOptions): Promise<string | undefined> {
  return (await readRecord(cachedPath(options.cacheFolder ?? defaultCacheFolder(options.env), address)))?.sha256
}

async function fetchInto(
  path: string,
  address: string,
  sha256: string | undefined,
  options: DownloadOptions,
): Promise<Downloaded> {
  const env = options.env ?? process.env
  const source = mirrored(address, env.ITC_MIRROR)
  const part = `${path}.part`
  const stallMs = options.stallMs ?? 30_000
  const client = await openHttpClient(env, stallMs)
  try {
    const continued = (await stat(part).catch(() => undefined)) !== undefined
    const onProgress = (received: number, total: number | undefined) =>
      options.onProgress?.({ address: shownAddress(address), received, total })
    const { attempts = 4, pauseMs = 500, mostBytes = MOST_BYTES, signal } = options
    const settings = { stallMs, attempts, pauseMs, mostBytes, signal, onProgress }
    const run = () => transfer(client, source, part, settings)
    await run()
    const wanted = sha256 ?? (await readRecord(path))?.sha256
    let actual = await sha256OfFile(part)
    if (continued && wanted !== undefined && actual !== wanted) {
      // The earlier run's bytes may be to blame.
      await dropPart(part)
      await run()
      actual = await sha256OfFile(part)
    }
    if (wanted !== undefined && actual !== wanted) {
      await dropPart(part)
      throw wrongChecksum(`What ${shownAddress(source)} sent`, wanted, actual, handHint(path))
    }
    await renamePatiently(part, path)
    await dropPart(part)
    return { ...downloaded(path, address, actual), drop: () => removeFile(path) }
  } catch (error) {
    if (!(error instanceof TransferError)) throw error
    const message = `Could not download ${shownAddress(source)}: ${error.message}${error.message.endsWith('?') ? '' : '.'}`
    throw new UserError('E_DOWNLOAD', message, { hint: handHint(path), cause: error })
  } finally {
    await client.close()
  }
}

/** The cached file if it is whole; undefined where it must be downloaded. */
async function readCached(path: string, address: string, sha256: string | undefined): Promise<Downloaded | undefined> {
  if (!(await lstat(path).catch(() => undefined))?.isFile()) return undefined
  const record = await readRecord(path)
  const wanted = sha256 ?? record?.sha256
  const actual = await sha256OfFile(path)
  if (wanted === undefined || actual === wanted) {
    return downloaded(path, address, actual)
  }
  // Without a record somebody put it there by hand, so it is theirs to remove.
  if (record === undefined) {
    const hint = `Delete it to have it downloaded, or put the right file in its place.`
    throw wrongChecksum(path, wanted, actual, hint)
  }
  return undefined
}

function downloaded(path: string, address: string, sha256: string): Downloaded {
  const keep = async () => {
    // A cache that can't be written can still be read.
    if ((await readRecord(path))?.sha256 !== sha256) await writeRecord(path, address, sha256).catch(() => {})
  }
  return { path, sha256, keep, drop: async () => {} }
}

/** Only what lies below the cache folder: the folder itself its owner may well have put elsewhere. */
async function refuseLinks(folder: string, path: string): Promise<void> {
  const parts = relative(folder, path).split(sep)
  for (let end = 1; end <= parts.length; end++) {
    const part = join(folder, ...parts.slice(0, end))
    if ((await lstat(part).catch(() => undefined))?.isSymbolicLink()) {
      throw new UserError('E_CACHE_FOLDER', `"${part}" is a link: in the cache folder none is followed.`, {
        hint: 'Remove it, or set ITC_CACHE to a folder of your own.',
      })
    }
  }
}

async function reportPart(path: string, address: string, options: DownloadOptions): Promise<void> {
  const received = (await stat(`${path}.part`).catch(() => undefined))?.size
  if (received !== undefined) options.onProgress?.({ address: shownAddress(address), received, total: undefined })
}

function readRecord(path: string): Promise<DownloadRecord | undefined> {
  return readJson<DownloadRecord>(recordPath(path), recordSchema)
}

async function writeRecord(path: string, address: string, sha256: string): Promise<void> {
  const record: DownloadRecord = { address: shownAddress(address), sha256, bytes: (await stat(path)).size }
  await writeJson(recordPath(path), record)
}

function recordPath(path: string): string {
  return `${path}.download.json`
}

function handHint(path: string): string {
  return `You can fetch it by other means and put it at ${path}. HTTPS_PROXY, NO_PROXY and ITC_MIRROR are honoured.`
}

function wrongChecksum(what: string, wanted: string, actual: string, hint: string): UserError {
  return new UserError('E_CHECKSUM', `${what} has the wrong checksum: sha256 ${actual}, expected ${wanted}.`, { hint })
}

function asUserError(error: unknown, folder: string): unknown {
  const known = systemError(error)
  if (error instanceof UserError || known === undefined) return error
  return new UserError('E_CACHE_FOLDER', `The cache folder ${folder} can't be written: ${known.reason}.`, {
    hint: 'Set ITC_CACHE to a folder with room that you may write to.',
    cause: error,
  })
}
