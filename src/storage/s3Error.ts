import { messageOf, systemCode, UserError } from '../errors.ts'
import { printable } from '../text.ts'
import { ItemError } from './store.ts'

/** As much of an error of the AWS SDK as tells what it is. */
interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
  readonly Region?: string
}

const CREDENTIALS = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role.'
const POLICY = {
  list: 'These credentials need s3:ListBucket on it.',
  // Who may not list is told of a missing object as of one that may not be read.
  read: 'These credentials need s3:GetObject on it, and s3:ListBucket on its bucket.',
  write: 'These credentials need s3:PutObject (and for moves s3:DeleteObject) on it.',
}
const NOBODY = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'TokenRefreshRequired']
const ELSEWHERE = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']
const OVERLOADED = [408, 429, 500, 502, 503, 504]

/** True where an object is not there. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as Partial<ServiceError>
  return name === 'NoSuchKey' || name === 'NotFound' || ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket')
}

/** True where a HEAD was refused without a word why. */
export function isSilent(error: unknown): boolean {
  const status = (error as ServiceError).$metadata?.httpStatusCode
  return status === 400 || status === 403
}

/**
 * What an error of S3 means: a sentence and a remedy for what a person can put right, `E_STORE_DOWN` for what passes, an
 * ItemError for one object's own. Others, and those of ours, are given back as they are.
 */
export function s3Error(error: unknown, what: 'list' | 'read' | 'write', shown: string, bucket: string): unknown {
  if (error instanceof UserError || error instanceof ItemError || !(error instanceof Error)) return error
  if (error.name === 'AbortError') return error
  const { name, $metadata } = error as ServiceError
  const status = $metadata?.httpStatusCode
  const store = (message: string, hint: string) => new UserError('E_STORE', message, { hint, cause: error })
  if (name === 'NoSuchBucket') {
    return store(
      `There is no bucket "${bucket}".`,
      'Check its name, AWS_PROFILE, and AWS_ENDPOINT_URL for a store of your own.',
    )
  }
  if (name === 'CredentialsProviderError') return store('No credentials for s3:// were found.', CREDENTIALS)
  if (NOBODY.includes(name)) return store(`The store does not take these credentials (${name}).`, CREDENTIALS)
  if (name === 'RequestTimeTooSkewed') {
    return store(
      "This machine's clock differs from the store's by more than it allows.",
      'Set the clock: timedatectl set-ntp true.',
    )
  }
  if (ELSEWHERE.includes(name) || status === 301) {
    const region = regionOf(error)
    const hint = `Set AWS_REGION${region ? `=${region}` : ' to the region that the bucket is in'}.`
    return store(`The bucket "${bucket}" is in another region.`, hint)
  }
  if (name === 'InvalidObjectState') return new ItemError('unreadable', 'archived: restore it first', error)
  if (what === 'read' && isMissing(error)) return new ItemError('gone', 'gone since it was listed', error)
  if (status === 403) return store(`No permission to ${what} "${shown}".`, POLICY[what])
  if (status === 501 && what === 'write') return notCreateOnly(shown, error)
  if (status === undefined ? isOffline(error) : OVERLOADED.includes(status)) return storeDown(shown, error)
  return store(
    `"${shown}" can't be used: ${printable(messageOf(error))} (${name}).`,
    'Check the address and the store.',
  )
}

/** An answer without a picture that a server may give better later. */
export class StatusError extends Error {
  constructor(status: number) {
    super(`HTTP ${status}`)
  }
}

/**
 * A store that does not answer: what is done is kept.
 *
 * @param otherwise a further remedy, as a sentence
 */
export function storeDown(shown: string, cause: unknown, otherwise = ''): UserError {
  const why = systemCode(cause) ?? (cause instanceof StatusError ? cause.message : (cause as Error).name)
  const hint = `Run the same command again when it does: what is done is not done twice.${otherwise && ` ${otherwise}`}`
  return new UserError('E_STORE_DOWN', `"${shown}" does not answer (${why}).`, { hint, cause })
}

/** A store in which one writer could go over another's result. */
export function notCreateOnly(shown: string, cause?: unknown): UserError {
  const message = `"${shown}" has no create-only writes (If-None-Match), which keep results from being written twice.`
  const hint = 'Take a store that has them (Amazon S3, MinIO, Ceph, R2, Garage 2 do), or a folder.'
  return new UserError('E_STORE', message, { hint, cause })
}

/** Something answers there, and it is no S3: often the page of one. */
export function notS3(shown: string): UserError {
  const hint =
    'Check AWS_ENDPOINT_URL: its port may be that of a web page (MinIO answers on 9000, its page is on 9001).'
  return new UserError('E_STORE', `What answers for "${shown}" is no S3 store.`, { hint })
}

const OFFLINE = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|ERR_STREAM_PREMATURE)/

function isOffline(error: Error): boolean {
  return OFFLINE.test(systemCode(error) ?? '') || error.name === 'TimeoutError' || /socket|aborted/i.test(error.message)
}

function regionOf(error: ServiceError): string | undefined {
  return error.Region ?? error.$response?.headers?.['x-amz-bucket-region']
}
