import type { ConnectionOptions, Queue } from 'bullmq'
import { loadOptional } from '../errors/optionalPackage.ts'
import { once } from '../flow/once.ts'
import type { QueueAddress } from './address.ts'

/** The one queue of a database: several projects take several databases. */
export const QUEUE_NAME = 'itc'

/** BullMQ, which hands out the jobs, loaded when it is needed. */
export const loadBull: () => Promise<typeof import('bullmq')> = once(() => import('bullmq'))

/** The client of each kind of server, which BullMQ takes too. */
const CLIENTS = { redis: 'ioredis', postgres: 'pg' } as const

/** Loads something for a queue. @throws UserError `E_MISSING_PACKAGE` with the line that installs what this kind of queue needs */
export function loadForQueue<T>({ kind }: QueueAddress, load: () => Promise<T>): Promise<T> {
  return loadOptional(load, `A queue in ${kind === 'redis' ? 'Redis' : 'PostgreSQL'} needs`, 'bullmq', CLIENTS[kind])
}

/** What queues and workers are made with, the same for either kind of server. */
interface Backend {
  readonly connection: ConnectionOptions
  /** For Redis BullMQ takes its own. */
  readonly factory: undefined
}

export async function backendFor({ kind, url }: QueueAddress): Promise<Backend> {
  if (kind === 'redis') return { connection: { url }, factory: undefined }
  const { createPostgresBackend } = await loadBull()
  // Its types tell queues on Redis from those on PostgreSQL, which is no difference to whoever uses them.
  const connection: unknown = { connectionString: url, migrate: true, max: 4 }
  const factory: unknown = createPostgresBackend
  return { connection: connection as ConnectionOptions, factory: factory as undefined }
}

/** Events that are kept for whoever watches, at most. */
const EVENTS = 1000

/**
 * The queue as BullMQ knows it. A server that goes away is waited for.
 *
 * @param onTrouble told of what is wrong with the connection, over and over while it is
 */
export async function openBullQueue(address: QueueAddress, onTrouble: (error: Error) => void): Promise<Queue> {
  const [{ Queue }, { connection, factory }] = await Promise.all([loadBull(), backendFor(address)])
  const queue = new Queue(QUEUE_NAME, { connection, streams: { events: { maxLen: EVENTS } } }, factory)
  queue.on('error', onTrouble)
  await queue.waitUntilReady()
  return queue
}
