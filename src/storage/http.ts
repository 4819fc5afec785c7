import type { Readable } from 'node:stream'
import { messageOf, systemCode, UserError } from '../errors.ts'
import { printable } from '../text.ts'
import { credentialsOf } from './address.ts'

/** The environment variables that are read; `process.env` unless a test says otherwise. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One answer of a server, its body not yet read. */
export interface HttpAnswer {
  readonly status: number
  header(name: string): string | undefined
  /** Raw bytes: nothing is decompressed. Fails when nothing arrives for the stall time. */
  readonly body: Readable
}

/** Asks servers for files, through the proxies that the environment names, following redirects. */
export interface HttpClient {
  get(address: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<HttpAnswer>
  close(): Promise<void>
}

/** A proxy or server that can't be reached is given up after this; one that goes silent, after the caller's stall time. */
const CONNECT_MS = 15_000

/** undici is loaded only here and only now: most runs download nothing. */
export async function openHttpClient(env: Environment, stallMs: number): Promise<HttpClient> {
  const { EnvHttpProxyAgent, request } = await import('undici')
  refuseBadProxies(env)
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
    // Plain http goes through a proxy as a plain request: many proxies refuse to open tunnels to port 80.
    proxyTunnel: false,
    connect: { timeout: CONNECT_MS },
  })
  const ask = async (url: URL, headers: Record<string, string>, signal: AbortSignal | undefined) => {
    const answer = await request(url, {
      dispatcher: agent,
      // Compressing an archive again would only hide its true length.
      headers: { 'user-agent': 'itc', 'accept-encoding': 'identity', ...headers },
      headersTimeout: stallMs,
      bodyTimeout: stallMs,
      signal: signal ?? null,
    })
    return {
      status: answer.statusCode,
      header: (name: string) => [answer.headers[name]].flat()[0],
      body: answer.body,
    }
  }
  return {
    async get(address, headers, signal) {
      const first = new URL(address)
      let url = first
      for (let turn = 0; ; turn++) {
        // What opens one server is not shown to another.
        const answer = await ask(url, { ...headers, ...(url.origin === first.origin && credentialsOf(first)) }, signal)
        const target = answer.header('location')
        if (!REDIRECTS.includes(answer.status) || target === undefined) return answer
        answer.body.on('error', () => {}).destroy()
        if (turn === MOST_REDIRECTS) throw new RedirectError('it redirects in circles')
        url = redirected(url, target)
      }
    },
    close: () => agent.destroy(),
  }
}

/** @throws UserError `E_DOWNLOAD` */
function refuseBadProxies(env: Environment): void {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
    const proxy = env[name]
    if (!proxy || /^https?:$/.test(URL.canParse(proxy) ? new URL(proxy).protocol : '')) continue
    const hint = `Write it as http://HOST:PORT, or unset ${name}.`
    throw new UserError('E_DOWNLOAD', `${name} in the environment is no address of a proxy.`, { hint })
  }
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
const MOST_REDIRECTS = 5

/** A server that sends on to where nobody should go. */
class RedirectError extends Error {}

/** @internal for tests: a server with a certificate is more than it needs */
export function redirected(from: URL, target: string): URL {
  if (!URL.canParse(target, from.href)) throw new RedirectError('it redirects to what is no address')
  const to = new URL(target, from)
  if (!/^https?:$/.test(to.protocol)) throw new RedirectError(`it redirects to ${to.protocol} instead of https:`)
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new RedirectError('it redirects from https to http, where anybody on the way may read and change the file')
  }
  return to
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host was not found; is this machine online?',
  EAI_AGAIN: 'the host was not found; is this machine online?',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENETUNREACH: 'the network is out of reach',
  EHOSTUNREACH: 'the host is out of reach',
  ETIMEDOUT: 'the host did not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host did not answer',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'less arrived than was announced',
  UND_ERR_ABORTED: 'the proxy refused the connection',
}

/** Why a server could not be asked or its answer not be read, in words, and whether to try again. */
export function transferProblem(error: unknown, stallMs: number): { problem: string; again: boolean } {
  if (error instanceof RedirectError) return { problem: error.message, again: false }
  const code = systemCode(error) ?? ''
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return { problem: `nothing arrived for ${stallMs / 1000} s`, again: true }
  }
  if (PROBLEMS[code]) return { problem: PROBLEMS[code], again: true }
  const problem = printable(messageOf(error).split('\n')[0]!)
  if (/^(HPE_|UND_ERR_)/.test(code)) return { problem, again: true }
  // Certificates, and whatever else there may be: the same answer would come again.
  return { problem, again: false }
}
