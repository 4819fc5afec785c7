import type { ApiError } from '../../../src/studio/api.ts'
import { painted } from './painted.ts'

/** The server said no; `message` is a sentence to be shown. */
export class Refused extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor({ code, message, hint }: ApiError) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** No server answered. */
export class Unreachable extends Error {}

/** @throws Refused, Unreachable */
async function request<T>(address: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(address, init).catch(cause => {
    throw isAbort(cause) ? cause : new Unreachable('Studio does not answer.', { cause })
  })
  // One that is no longer wanted may be called off between its head and its body.
  const body = await answer.json().catch(cause => {
    if (isAbort(cause)) throw cause
    return null
  })
  if (!answer.ok) throw new Refused(body ?? { code: 'E_UNKNOWN', message: `The server answered ${answer.status}.` })
  return body as T
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

export function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  return request<T>(address, signal ? { signal } : {})
}

/** Sends JSON, or a picture as it is. */
export function post<T>(address: string, body: unknown = {}): Promise<T> {
  return request<T>(address, { method: 'POST', body: body instanceof Blob ? body : JSON.stringify(body) })
}

/** Browsers let so many characters outlive the page that sends them; the limit of the standard is 64 kB. */
const OUTLIVING = 30_000

/** The same, once the page has painted what it shows ahead of the answer; sent too when the page is closed before that. */
export async function postPainted<T>(address: string, body: unknown): Promise<T> {
  const text = JSON.stringify(body)
  await painted()
  return request<T>(address, { method: 'POST', body: text, keepalive: text.length < OUTLIVING })
}

export function put<T>(address: string, body: unknown): Promise<T> {
  return request<T>(address, { method: 'PUT', body: body instanceof Blob ? body : JSON.stringify(body) })
}

export function remove<T>(address: string): Promise<T> {
  return request<T>(address, { method: 'DELETE' })
}
