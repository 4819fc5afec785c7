import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { makeFolder } from '../../disk/folder.ts'
import { type Holder, withLock } from '../../disk/lock.ts'
import { systemCode, UserError } from '../../errors.ts'
import { fits, looseObject, nullable, optional, text, whole } from '../../schema.ts'
import type { ApiError, PhoneDoor, StudioEvents } from '../api.ts'
import { studioFolder } from '../pictures/folder.ts'
import { Studio, type StudioOptions } from '../studio.ts'
import { watchFolders } from '../watching.ts'
import { studioApp } from './app.ts'
import { ownFolder } from './ownFolder.ts'
import { PAGE_FOLDER, readPage } from './page.ts'
import { choosePort, newToken, readSession, type Session, sessionPath, writeSession } from './session.ts'

export interface ServeOptions extends StudioOptions {
  readonly port?: number | undefined
  /** Built page; the program's own unless given. */
  readonly pageFolder?: string
  /** Where token and port are kept; the user's unless given. */
  readonly cacheFolder?: string
  /** Opens the door for a phone at once, at this address of the machine; `true`: at that in the local network. */
  readonly phone?: boolean | string
  readonly onPhone?: (door: PhoneDoor & { readonly code: string }) => void
  readonly signal: AbortSignal
  /** The page can be opened. `running`: by another process, which serves this folder already. */
  readonly onReady: (address: string, running: boolean) => void
  /** As the page hears them. */
  readonly onEvent?: <K extends keyof StudioEvents>(event: K, data: StudioEvents[K]) => void
  readonly onStudio?: (studio: Studio) => void
}

/** Serves a working folder's studio until the signal; returns at once where another process does so already. */
export async function serveStudio(given: string, options: ServeOptions): Promise<void> {
  const tfFiles = await ownFolder(given)
  const folder = studioFolder(tfFiles, options.unlabeled)
  await makeFolder(folder.data)
  const path = await sessionPath(folder.root, options.cacheFolder)
  const running = await findRunning(path)
  if (running) {
    const door = options.phone ? await openElsewhere(running) : undefined
    options.onReady(addressOf(running), true)
    return door && tellPhone(door, options)
  }
  if (options.readOnly) return await serve(tfFiles, path, options)
  const waiting = ({ pid, host }: Holder) => {
    throw new UserError('E_BUSY', `Another studio is open for this folder (process ${pid} on ${host}).`, {
      hint: `End that one first. If there is none, remove ${folder.lock}.`,
    })
  }
  await withLock(folder.lock, { waiting }, () => serve(tfFiles, path, options))
}

async function serve(tfFiles: string, path: string, options: ServeOptions): Promise<void> {
  const { signal, onReady, onStudio, pageFolder = PAGE_FOLDER } = options
  const page = await readPage(pageFolder)
  const known = await readSession(path)
  const port = await choosePort(tfFiles, options.port, known?.port)
  const studio = await Studio.open(tfFiles, options)
  const token = known?.token ?? newToken()
  let listening = port
  const app = studioApp(studio, { token, port: () => listening }, page)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  let stopWatching: (() => void) | undefined
  try {
    stopWatching = await watchFolders(studio)
    listening = await listen(server, port)
    const session: Session = { token, port: listening }
    await writeSession(path, session).catch(error => {
      if (systemCode(error) === undefined) throw error // a disk that won't take it: then the next start has a new address
    })
    onStudio?.(studio)
    if (options.onEvent) studio.hub.listen(options.onEvent)
    const door = options.phone ? await openForPhone(studio, options.phone) : undefined
    onReady(addressOf(session), false)
    if (door) await tellPhone(door, options)
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    stopWatching?.()
    await studio.close('Studio has ended.')
    server.close()
    server.closeAllConnections()
  }
}

function openForPhone({ phone, collection }: Studio, where: true | string): Promise<PhoneDoor> {
  collection.checkWritable()
  return phone.open(undefined, where === true ? undefined : where)
}

/** @throws UserError as it came from the other process */
async function openElsewhere(running: Session): Promise<PhoneDoor> {
  const answer = await fetch(`${addressOf(running)}api/phone`, { method: 'POST', body: '{}' })
  const said: unknown = await answer.json().catch(() => undefined)
  if (answer.ok && fits<PhoneDoor>(doorSchema, said)) return said
  if (fits<ApiError>(errorSchema, said)) {
    const { code, message, hint } = said
    throw new UserError(code as UserError['code'], message, hint === undefined ? {} : { hint })
  }
  throw new UserError('E_BUSY', `What answers at ${addressOf(running)} is no studio of this version.`, {
    hint: 'End the studio that is open for this folder, then start it again.',
  })
}

const doorSchema = looseObject({ address: text, svg: text, category: nullable(text), received: whole, until: text })
const errorSchema = looseObject({ code: text, message: text, hint: optional(text) })

/** With its code for a terminal. */
async function tellPhone(door: PhoneDoor, { onPhone }: ServeOptions): Promise<void> {
  const { renderUnicodeCompact } = await import('uqr')
  onPhone?.({ ...door, code: renderUnicodeCompact(door.address) })
}

function addressOf({ token, port }: Session): string {
  return `http://127.0.0.1:${port}/${token}/`
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(new UserError('E_PORT', `Port ${port} can't be had.`, { cause: error })))
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** The session of a server that answers for this folder just now. */
async function findRunning(path: string): Promise<Session | undefined> {
  const session = await readSession(path)
  if (session === undefined) return undefined
  const answer = await fetch(`${addressOf(session)}api/state`, {
    signal: AbortSignal.timeout(2000),
  }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.ok ? session : undefined
}
