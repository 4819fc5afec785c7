import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { systemCode } from '../errors.ts'
import type { Environment } from './cacheFolder.ts'

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
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici')
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
    // Plain http goes through a proxy as a plain request: many proxies refuse to open tunnels to port 80.
    proxyTunnel: false,
    connect: { timeout: CONNECT_MS },
  })
  const dispatcher: Dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }))
  return {
    async get(address, headers, signal) {
      const answer = await request(address, {
        dispatcher,
        // Compressing an archive again would only hide its true length.
        headers: { 'user-agent': 'itc', 'accept-encoding': 'identity', ...headers },
        headersTimeout: stallMs,
        bodyTimeout: stallMs,
        signal: signal ?? null,
      })
      return {
        status: answer.statusCode,
        header: name => [answer.headers[name]].flat()[0],
        body: answer.body,
      }
    },
    close: () => agent.destroy(),
  }
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

/** Why a transfer failed, in words, and whether to try again; undefined where the network has nothing to do with it. */
export function transferProblem(error: unknown, stallMs: number): { problem: string; again: boolean } | undefined {
  if (!(error instanceof Error)) return undefined
  const code = systemCode(error) ?? ''
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return { problem: `nothing arrived for ${stallMs / 1000} s`, again: true }
  }
  if (PROBLEMS[code]) return { problem: PROBLEMS[code], again: true }
  if (error.message.startsWith('Redirect loop')) return { problem: 'it redirects in circles', again: false }
  const problem = error.message.replace(/\.$/, '')
  if (/^(HPE_|UND_ERR_)/.test(code)) return { problem, again: true }
  // Certificates: the same answer would come again.
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return { problem, again: false }
  return undefined
}
