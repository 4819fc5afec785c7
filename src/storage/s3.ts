import { setMaxListeners } from 'node:events'
import type { S3Client } from '@aws-sdk/client-s3'
import { loadOptional } from '../errors/optionalPackage.ts'
import { UserError } from '../errors.ts'
import { once } from '../flow/once.ts'
import { isWebAddress } from './address.ts'
import { isMissing, isSilent, notS3, s3Error } from './s3Error.ts'
import {
  changedItem,
  type Item,
  ItemError,
  isSafeKey,
  type ListOptions,
  type ReadOptions,
  type Store,
  UNSAFE_KEY,
} from './store.ts'

/** Versions after January 2027 ask for Node.js 22. */
const PACKAGE = '@aws-sdk/client-s3@3.1175.0'
/** A connection that is not made, and an answer that does not go on, are given up after so long, in milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, requestTimeout: 60_000 }
/** With pauses that grow: a slip of the network costs seconds, a store that is down is told as that in half a minute. */
const ATTEMPTS = 5

const loadSdk = once(() => {
  // The version is pinned to one for this Node.js: its warning of later ones would only be noise.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return loadOptional(() => import('@aws-sdk/client-s3'), 's3:// addresses need', PACKAGE)
})

/** Each request listens to the signal while it lasts, and many are under way. */
function until(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  if (signal === undefined) return {}
  setMaxListeners(0, signal)
  return { abortSignal: signal }
}

const clients = new Map<string, Promise<S3Client>>()

/** One client for all stores of an endpoint, made when it is first needed. */
function client(): Promise<S3Client> {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || ''
  if (endpoint && !(isWebAddress(endpoint) && URL.canParse(endpoint))) {
    const hint = 'Write it with its scheme, such as http://localhost:9000.'
    throw new UserError('E_STORE', `AWS_ENDPOINT_URL is no address of a store: "${endpoint}".`, { hint })
  }
  const made = clients.get(endpoint) ?? makeClient(endpoint)
  clients.set(endpoint, made)
  made.catch(() => clients.delete(endpoint))
  return made
}

async function makeClient(endpoint: string): Promise<S3Client> {
  const { S3Client } = await loadSdk()
  return new S3Client({
    requestHandler: TIMEOUTS,
    ...(process.env.AWS_MAX_ATTEMPTS ? {} : { maxAttempts: ATTEMPTS }),
    followRegionRedirects: true,
    // Stores other than Amazon's know no other checksums than those they must have.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Of their own endpoint, most have no name for each bucket, and none has a region.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(process.env.AWS_REGION || process.env.AWS_PROFILE ? {} : { region: 'us-east-1' }),
  })
}

/**
 * What lies in a bucket below a prefix. Endpoint, region and credentials are found as every program of the AWS SDK finds them:
 * `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_PROFILE`, a role of the machine.
 */
export class S3Store implements Store {
  readonly address: string
  readonly #bucket: string
  readonly #prefix: string

  /** @param address `s3://BUCKET/PREFIX/`; @throws UserError `E_BAD_VALUE` */
  constructor(address: string) {
    const [, bucket, path] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(address) ?? []
    const prefix = (path ?? '').replace(/\/+$/, '')
    if (bucket === undefined || (prefix !== '' && !isSafeKey(prefix))) {
      const hint = 'Write it as s3://BUCKET/FOLDER/; a bucket has 3 to 63 small letters, digits, dots and hyphens.'
      throw new UserError('E_BAD_VALUE', `"${address}" is no address of a bucket.`, { hint })
    }
    this.#bucket = bucket
    this.#prefix = prefix === '' ? '' : `${prefix}/`
    this.address = `s3://${bucket}/${this.#prefix}`
  }

  inside(folder: string): Store {
    return new S3Store(`${this.address}${folder}`)
  }

  async *list({ onSkipped, signal }: ListOptions = {}): AsyncGenerator<Item> {
    for (let token: string | undefined, last = false; !last; ) {
      const { ListObjectsV2Command } = await loadSdk()
      const page = await this.#attempt('list', this.address, async s3 =>
        s3.send(
          new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, ContinuationToken: token }),
          until(signal),
        ),
      )
      if (page.Name === undefined && page.IsTruncated === undefined && !page.Contents) throw notS3(this.address)
      for (const { Key = '', Size, ETag = '', LastModified } of page.Contents ?? []) {
        const key = Key.slice(this.#prefix.length)
        if (key === '' || key.endsWith('/')) continue // what consoles make to show a folder
        if (!isSafeKey(key)) onSkipped?.(key, UNSAFE_KEY)
        else yield { key, size: Size ?? 0, etag: ETag, modified: LastModified?.getTime() ?? 0 }
      }
      token = page.NextContinuationToken
      last = token === undefined
    }
  }

  async read(
    { key, size, etag }: Pick<Item, 'key' | 'size' | 'etag'>,
    { most, signal }: ReadOptions,
  ): Promise<Uint8Array> {
    const { GetObjectCommand } = await loadSdk()
    return await this.#attempt('read', `${this.address}${key}`, async s3 => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#name(key) }), until(signal))
      const { Body, ETag = '', ContentLength = 0 } = answer
      const changed = etag !== '' && (ETag !== etag || (size !== undefined && ContentLength !== size))
      if (Body === undefined || changed || ContentLength > most) {
        ;(Body as { destroy?: () => void } | undefined)?.destroy?.()
        throw changed ? changedItem() : new ItemError('too-large', `larger than ${most} bytes`)
      }
      return await Body.transformToByteArray()
    })
  }

  async has({ key, size, etag }: Pick<Item, 'key' | 'size' | 'etag'>, signal?: AbortSignal): Promise<boolean> {
    const there = await this.look(key, signal)
    return there !== undefined && (etag === '' || (there.etag === etag && there.size === size))
  }

  async look(key: string, signal?: AbortSignal): Promise<Item | undefined> {
    return await this.#attempt('read', `${this.address}${key}`, s3 => this.#look(s3, key, signal))
  }

  async putNew(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const { PutObjectCommand } = await loadSdk()
    const place = { Bucket: this.#bucket, Key: this.#name(key) }
    return await this.#attempt('write', `${this.address}${key}`, async s3 => {
      try {
        await s3.send(new PutObjectCommand({ ...place, Body: bytes, IfNoneMatch: '*' }), until(signal))
        return true
      } catch (error) {
        // 409: another writer is at it in this moment; either way there is one.
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
        if (status === 412 || (status === 409 && (await this.#look(s3, key, signal)))) return false
        throw error
      }
    })
  }

  async remove(key: string, signal?: AbortSignal): Promise<void> {
    const { DeleteObjectCommand } = await loadSdk()
    await this.#attempt('write', `${this.address}${key}`, async s3 => {
      const place = { Bucket: this.#bucket, Key: this.#name(key) }
      await s3.send(new DeleteObjectCommand(place), until(signal))
    })
  }

  async #look(s3: S3Client, key: string, signal?: AbortSignal): Promise<Item | undefined> {
    const { HeadObjectCommand } = await loadSdk()
    const place = { Bucket: this.#bucket, Key: this.#name(key) }
    try {
      const { ETag, ContentLength, LastModified } = await s3.send(new HeadObjectCommand(place), until(signal))
      if (ETag === undefined && LastModified === undefined) throw notS3(this.address)
      return { key, size: ContentLength, etag: ETag ?? '', modified: LastModified?.getTime() ?? 0 }
    } catch (error) {
      const reason = isSilent(error) ? await this.#refusal(s3, place, signal) : error
      if (isMissing(reason)) return undefined
      throw reason ?? error
    }
  }

  /** Why a HEAD was refused, whose answer has no body that says it: what a GET of a byte is told. */
  async #refusal(s3: S3Client, place: { Bucket: string; Key: string }, signal?: AbortSignal): Promise<unknown> {
    const { GetObjectCommand } = await loadSdk()
    return await s3.send(new GetObjectCommand({ ...place, Range: 'bytes=0-0' }), until(signal)).then(
      ({ Body }) => void (Body as { destroy?: () => void } | undefined)?.destroy?.(),
      error => error,
    )
  }

  #name(key: string): string {
    if (!isSafeKey(key)) throw new ItemError('unreadable', UNSAFE_KEY)
    return this.#prefix + key
  }

  async #attempt<T>(what: 'list' | 'read' | 'write', shown: string, work: (s3: S3Client) => Promise<T>): Promise<T> {
    try {
      return await work(await client())
    } catch (error) {
      throw s3Error(error, what, shown, this.#bucket)
    }
  }
}
