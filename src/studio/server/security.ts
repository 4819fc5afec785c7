import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { errorAnswer } from './failure.ts'

/** Where a server is to be found. */
export interface Door {
  /** 256 bits, hex: who doesn't know it gets nothing. */
  readonly token: string
  port(): number
}

/**
 * Who may ask. The page is open to this machine alone, and on it to who knows its address: other pages in the same
 * browser, and names that were made to lead here (DNS rebinding), are turned away.
 */
export function guarded({ token, port }: Door): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? ''
    if (host !== `127.0.0.1:${port()}` && host !== `localhost:${port()}`) {
      return errorAnswer(context, 421, 'E_HOST', 'This address leads to another server.')
    }
    if (!isToken(new URL(context.req.url).pathname.split('/')[1] ?? '', token)) {
      return errorAnswer(context, 404, 'E_NOT_FOUND', 'There is nothing here.')
    }
    const origin = context.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}`) return foreign(context)
    const site = context.req.header('sec-fetch-site')
    const navigation = context.req.header('sec-fetch-mode') === 'navigate'
    if (site !== undefined && site !== 'same-origin' && !(site === 'none' && navigation)) return foreign(context)
    return next()
  }
}

function foreign(context: Parameters<MiddlewareHandler>[0]) {
  return errorAnswer(context, 403, 'E_FOREIGN', 'Another page may not ask this one.')
}

function isToken(given: string, token: string): boolean {
  return given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))
}

const OWN = "'self'"

/** What the browser is told: everything from here, nothing from elsewhere, the camera for this page alone. */
export function headers(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [OWN],
      styleSrc: [OWN],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: [OWN, 'blob:'],
      mediaSrc: [OWN, 'blob:'],
      connectSrc: [OWN],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    xContentTypeOptions: 'nosniff',
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: ['self'] },
    // Of use to servers on the net alone.
    strictTransportSecurity: false,
  })
}

/** The report is a page with its script in it: it may do nothing but show itself. To be used before `headers`. */
export function reportHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next()
    if (!/^\/[0-9a-f]{64}\/report$/.test(context.req.path)) return
    context.header('content-security-policy', REPORT_POLICY)
  }
}

const REPORT_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; sandbox allow-scripts"
