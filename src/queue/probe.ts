import { UserError } from '../errors.ts'
import type { QueueAddress } from './address.ts'
import { loadBull, loadForQueue, QUEUE_NAME } from './bull.ts'
import { queueError, wrongVersion } from './queueError.ts'

/** How long a server may take to answer at the start, in milliseconds. */
const PATIENCE_MS = 5000
const LEAST_REDIS = [6, 2] as const
const LEAST_POSTGRES = 13

/**
 * Asks a server once whether it can be a queue, before anything waits for it: BullMQ itself would wait for ever.
 *
 * @throws UserError `E_MISSING_PACKAGE`, `E_QUEUE`, `E_QUEUE_DOWN`
 */
export async function probeQueue(address: QueueAddress): Promise<void> {
  try {
    await loadForQueue(address, loadBull) // what is missing here is told before anybody is asked
    await (address.kind === 'redis' ? probeRedis(address) : probePostgres(address))
  } catch (error) {
    throw queueError(error, address)
  }
}

async function probeRedis(address: QueueAddress): Promise<void> {
  const { Redis } = await loadForQueue(address, () => import('ioredis'))
  const options = { lazyConnect: true, connectTimeout: PATIENCE_MS, retryStrategy: () => null, maxRetriesPerRequest: 0 }
  const redis = new Redis(address.url, { ...options, commandTimeout: PATIENCE_MS })
  let last: unknown
  redis.on('error', error => {
    last = error
  })
  try {
    checkRedis(await redis.connect().then(() => redis.info()), address)
    const { BULLMQ_MAJOR_VERSION } = await loadBull()
    const said = await redis.hget(`bull:${QUEUE_NAME}:meta`, 'version')
    if (last !== undefined) throw last // a database that isn't there: the client goes on in another one
    checkLibrary(said ?? '', BULLMQ_MAJOR_VERSION, address)
  } catch (error) {
    throw last ?? error
  } finally {
    redis.disconnect()
  }
}

/** Queues of two of its major versions are not the same. @param said "bullmq:6.7.0", as whoever came before has noted */
function checkLibrary(said: string, own: number, { shown }: QueueAddress): void {
  const major = /^bullmq:(\d+)\./.exec(said)?.[1]
  if (major === undefined || Number(major) === own) return
  const message = `The queue "${shown}" is kept by BullMQ ${major}, and this has BullMQ ${own}.`
  const hint = `Install the same bullmq everywhere. If none of ${major} is at work any more: redis-cli del bull:${QUEUE_NAME}:meta`
  throw new UserError('E_QUEUE', message, { hint })
}

/** @param info what INFO says */
function checkRedis(info: string, address: QueueAddress): void {
  const say = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const version = say('redis_version') ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_REDIS
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor)
  if (isOld && say('valkey_version') === undefined) {
    throw wrongVersion(address, `Redis ${version}`, `Redis ${LEAST_REDIS.join('.')}`)
  }
  const policy = say('maxmemory_policy') ?? ''
  if (!policy.startsWith('allkeys')) return
  const message = `"${address.shown}" throws away what it likes when its memory is full (maxmemory-policy ${policy}).`
  throw new UserError('E_QUEUE', message, { hint: 'Set it: redis-cli config set maxmemory-policy noeviction.' })
}

async function probePostgres(address: QueueAddress): Promise<void> {
  const { default: pg } = await loadForQueue(address, () => import('pg'))
  const client = new pg.Client({ connectionString: address.url, connectionTimeoutMillis: PATIENCE_MS })
  client.on('error', () => undefined) // the query's own failure tells
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`)
    const major = Math.floor(Number(rows[0]?.version) / 10_000)
    if (major < LEAST_POSTGRES) throw wrongVersion(address, `PostgreSQL ${major}`, `PostgreSQL ${LEAST_POSTGRES}`)
  } finally {
    await client.end().catch(() => undefined)
  }
}
