import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemError } from '../errors/system.ts'
import { UserError } from '../errors.ts'
import { once } from '../flow/once.ts'
import { shownAddress } from './address.ts'
import { type HttpClient, openHttpClient, transferProblem } from './http.ts'
import { StatusError, storeDown } from './s3Error.ts'
import { type Item, ItemError, type ListOptions, type ReadOptions, type Source } from './store.ts'

/** Silence after which a server is given up, in milliseconds. */
const STALL_MS = 30_000
/** As often as S3's client is told to: one server's hiccup ends no run over thousands of addresses. */
const TRIES = 5
/** Before the second try, in milliseconds; twice as long before each one after it. */
const PAUSE_MS = 100
/** What else helps, where it never will. */
const OFF = 'Or take that address off the list.'
/** An answer that says: later. */
const LATER = [408, 425, 429, 500, 502, 503, 504]

/**
 * Pictures by their addresses, a line each in a text file. Nothing but `https:` is asked for, except from this machine itself,
 * and nothing outside of `within` where that is given.
 */
export class AddressList implements Source {
  readonly address: string
  readonly #path: string | undefined
  readonly #within: string
  readonly #client: () => Promise<HttpClient> = once(() => openHttpClient(process.env, STALL_MS))

  /**
   * @param path the text file; none for whoever is told the addresses, as a worker is
   * @param within what every address has to begin with
   */
  constructor(path: string | undefined, within = '') {
    this.address = path ?? within
    this.#path = path
    this.#within = within
  }

  /** Sizes and etags are not known before an address is asked: a picture that changes under its address counts as the same. */
  async *list({ onSkipped, signal }: ListOptions = {}): AsyncGenerator<Item> {
    if (this.#path === undefined) {
      const hint = 'Give a text file with an address a line.'
      throw new UserError('E_STORE', `"${this.address}" can't be listed: the web has no folders.`, { hint })
    }
    const lines = createInterface({
      input: createReadStream(this.#path, signal ? { signal } : {}),
      crlfDelay: Infinity,
    })
    try {
      for await (const line of lines) {
        const key = line.trim()
        if (key === '' || key.startsWith('#')) continue
        if (this.#allows(key)) yield { key, size: undefined, etag: '', modified: 0 }
        else onSkipped?.(shownAddress(key), 'no https:// address')
      }
    } catch (cause) {
      signal?.throwIfAborted()
      const reason = systemError(cause)?.reading ?? systemError(cause)?.reason ?? String(cause)
      throw new UserError('E_STORE', `The list "${this.#path}" can't be read: ${reason}.`, {
        hint: 'Check the path.',
        cause,
      })
    }
  }

  async read({ key }: Pick<Item, 'key'>, options: ReadOptions): Promise<Uint8Array> {
    if (!this.#allows(key)) throw new ItemError('unreadable', 'an address that is not asked: only https:// is')
    for (let turn = 1; ; turn++) {
      try {
        return await this.#attempt(key, options)
      } catch (error) {
        if (!(error instanceof UserError && error.code === 'E_STORE_DOWN') || turn === TRIES) throw error
        await sleep(PAUSE_MS * 2 ** (turn - 1), undefined, { signal: options.signal }).catch(() => undefined)
        options.signal?.throwIfAborted()
      }
    }
  }

  async #attempt(key: string, { most, signal }: ReadOptions): Promise<Uint8Array> {
    try {
      const answer = await (await this.#client()).get(key, {}, signal)
      answer.body.on('error', () => undefined)
      if (answer.status !== 200) {
        answer.body.destroy()
        if (LATER.includes(answer.status)) throw storeDown(shownAddress(key), new StatusError(answer.status), OFF)
        throw new ItemError(answer.status === 404 ? 'gone' : 'unreadable', `the server says ${answer.status}`)
      }
      return await collected(answer.body, most)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof ItemError || error instanceof UserError) throw error
      const { problem, again } = transferProblem(error, STALL_MS)
      throw again ? storeDown(shownAddress(key), error, OFF) : new ItemError('unreadable', problem, error)
    }
  }

  #allows(key: string): boolean {
    if (!URL.canParse(key)) return false
    const { protocol, hostname, href } = new URL(key)
    const isOwn = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    return (protocol === 'https:' || isOwn) && href.startsWith(this.#within)
  }
}

async function collected(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) throw new ItemError('too-large', `larger than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
