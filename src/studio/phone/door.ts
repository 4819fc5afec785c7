import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { ReadableStream } from 'node:stream/web'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { UserError } from '../../errors.ts'
import type { PhoneDoor } from '../api.ts'
import { shownPlace, UNLABELED } from '../pictures/place.ts'
import { failed, notFound } from '../server/failure.ts'
import type { Uploads } from '../uploads.ts'
import { PHONE_POLICY, phonePage } from './page.ts'

const MOST_BYTES = 30_000_000
const MOST_PICTURES = 500
/** After the last picture. */
const OPEN_MS = 15 * 60_000

/**
 * A door on the local network for adding pictures only: a page and an upload, under an address of its own that nobody can
 * guess. It reads nothing, is opened on request, and closes by itself.
 */
export class Phone {
  readonly #uploads: Uploads
  readonly #onChange: () => void
  readonly #most: number
  #open: { readonly server: Server; readonly batch: string; timer: NodeJS.Timeout; door: PhoneDoor } | undefined

  /** @param onChange told when a picture has come and when the door has shut by itself @param most pictures until it takes no more */
  constructor(uploads: Uploads, onChange: () => void = () => undefined, most: number = MOST_PICTURES) {
    this.#uploads = uploads
    this.#onChange = onChange
    this.#most = most
  }

  get door(): PhoneDoor | null {
    return this.#open?.door ?? null
  }

  /**
   * Opens the door, or says where it is.
   *
   * @param category that pictures go into; unlabelled unless given
   * @param address of this machine that it listens on; that of the local network unless given
   * @throws UserError `E_NO_NETWORK`
   */
  async open(category: string | undefined, address: string | undefined = lanAddress()): Promise<PhoneDoor> {
    await this.close()
    if (address === undefined) {
      const hint = 'Connect the computer to the Wi-Fi that the phone is in.'
      throw new UserError('E_NO_NETWORK', 'This computer is in no local network.', { hint })
    }
    const token = randomBytes(32).toString('hex')
    const batch = `phone-${randomBytes(4).toString('hex')}`
    let host = ''
    const app = this.#app(token, () => host, category, batch)
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: 0, host: address }, resolve)
    })
    const { port } = server.address() as { port: number }
    host = `${address}:${port}`
    const { renderSVG } = await import('uqr')
    const url = `http://${host}/${token}/`
    const until = new Date(Date.now() + OPEN_MS).toISOString()
    const door = { address: url, svg: renderSVG(url), category: category ?? null, received: 0, until }
    this.#open = { server, batch, door, timer: this.#timer() }
    return door
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    clearTimeout(open.timer)
    open.server.close()
    open.server.closeAllConnections()
    await this.#uploads.end(open.batch)
  }

  #timer(): NodeJS.Timeout {
    const shut = () => {
      void this.close()
        .catch(() => undefined)
        .then(this.#onChange)
    }
    return setTimeout(shut, OPEN_MS).unref()
  }

  #app(token: string, host: () => string, category: string | undefined, batch: string): Hono {
    const app = new Hono()
    app.onError(failed)
    app.notFound(context => failed(notFound(), context))
    app.use(async (context, next) => {
      const origin = context.req.header('origin')
      const isForeign = origin !== undefined && origin !== `http://${host()}`
      if (context.req.header('host') !== host() || isForeign) throw notFound()
      await next()
      context.header('content-security-policy', PHONE_POLICY)
      context.header('referrer-policy', 'no-referrer')
      context.header('x-content-type-options', 'nosniff')
    })
    app.get(`/${token}/`, context => context.html(phonePage(shownPlace(category ?? UNLABELED))))
    app.put(`/${token}/picture`, async context => {
      if ((this.door?.received ?? this.#most) >= this.#most) {
        throw new UserError('E_TOO_LARGE', `This door takes ${this.#most} pictures: open it again for more.`)
      }
      const body = context.req.raw.body as ReadableStream | null
      const name = context.req.query('name') ?? ''
      const { name: stored } = await this.#uploads.take(body, { name, category, batch }, MOST_BYTES)
      this.#count()
      return context.json({ name: stored }, 201)
    })
    return app
  }

  #count(): void {
    if (this.#open === undefined) return
    clearTimeout(this.#open.timer)
    this.#open.timer = this.#timer()
    const { door } = this.#open
    const until = new Date(Date.now() + OPEN_MS).toISOString()
    this.#open.door = { ...door, received: door.received + 1, until }
    this.#onChange() // what was told when the picture was filed has the count of before
  }
}

/** This machine's address in the local network; undefined where it is in none. */
function lanAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  const own = addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address)
  return own.find(address => /^(192\.168\.|10\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address))
}
