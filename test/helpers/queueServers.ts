import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { Redis } from 'ioredis'
import pg from 'pg'

const execute = promisify(execFile)
/** Who runs PostgreSQL where this is root, which it refuses: nobody. */
const NOBODY = 65_534

/** Debian's redis-server and PostgreSQL, installed if they are not there; a sentence where they can't be had. */
export async function queuePrograms(): Promise<{ redis: string; postgres: string } | { missing: string }> {
  const found = await find()
  if (found) return found
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await execute('apt-get', ['update', '-qq'], { env, timeout: 120_000 })
    await execute('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server', 'postgresql'], {
      env,
      timeout: 300_000,
    })
  } catch (error) {
    return { missing: `redis-server and postgresql can't be installed: ${(error as Error).message.split('\n')[0]}` }
  }
  return (await find()) ?? { missing: 'there are no redis-server and postgresql' }
}

async function find(): Promise<{ redis: string; postgres: string } | undefined> {
  const versions = await fs.readdir('/usr/lib/postgresql').catch(() => [])
  const redis = '/usr/bin/redis-server'
  const postgres = versions.map(version => `/usr/lib/postgresql/${version}/bin`).at(-1)
  if (!(await fs.pathExists(redis)) || !postgres || !(await fs.pathExists(join(postgres, 'initdb')))) return undefined
  return { redis, postgres }
}

/** A server on this machine, ended by its process's own number. */
export interface QueueServer {
  readonly address: string
  readonly port: number
  /** Ends it as a power cut would. */
  stop(): Promise<void>
  /** The same again, with what its disk has kept; one that runs goes on. */
  start(): Promise<void>
}

/** Redis that keeps what it is told, but for the last second. */
export async function startRedis(program: string, folder: string): Promise<QueueServer> {
  const port = await freePort()
  await fs.ensureDir(folder)
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning']
  const kept = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction']
  const answers = async () => {
    const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null })
    redis.on('error', () => undefined)
    return await redis
      .connect()
      .then(() => redis.ping())
      .then(
        () => true,
        () => false,
      )
      .finally(() => redis.disconnect())
  }
  return await supervised(program, [...args, ...kept], {}, answers, { address: `redis://127.0.0.1:${port}`, port })
}

export async function startPostgres(programs: string, folder: string): Promise<QueueServer> {
  const port = await freePort()
  await fs.ensureDir(folder)
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    await fs.chown(folder, NOBODY, NOBODY)
    await fs.chmod(dirname(folder), 0o711) // nobody must get through it
  }
  const as = isRoot ? { uid: NOBODY, gid: NOBODY, cwd: folder } : { cwd: folder }
  const data = join(folder, 'data')
  await execute(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'itc', '--no-sync'], as)
  const args = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
  const address = `postgres://itc@127.0.0.1:${port}/postgres`
  const answers = async () => {
    const client = new pg.Client({ connectionString: address })
    client.on('error', () => undefined)
    return await client.connect().then(
      () => client.end().then(() => true),
      () => false,
    )
  }
  return await supervised(join(programs, 'postgres'), args, as, answers, { address, port })
}

async function supervised(
  program: string,
  args: readonly string[],
  as: { uid?: number; gid?: number; cwd?: string },
  answers: () => Promise<boolean>,
  place: { address: string; port: number },
): Promise<QueueServer> {
  let server: ReturnType<typeof spawn> | undefined
  const start = async () => {
    if (server?.exitCode === null && server.signalCode === null) return
    server = spawn(program, args, { ...as, stdio: 'ignore' })
    for (let tries = 0; !(await answers()); tries++) {
      if (tries > 200) throw new Error(`${program} does not answer`)
      await sleep(50)
    }
  }
  await start()
  return {
    ...place,
    start,
    async stop() {
      if (server?.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      // PostgreSQL's own children end when it does, but not at once after SIGKILL.
      server.kill(program.endsWith('postgres') ? 'SIGQUIT' : 'SIGKILL')
      await ended
    },
  }
}

/** A way to a server on this machine that can be cut. */
export interface Cable {
  readonly port: number
  cut(): void
  mend(): void
  close(): void
}

export async function startCable(to: number): Promise<Cable> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server: Server = createServer(from => {
    if (isCut) return void from.destroy()
    const onward = connect(to, '127.0.0.1')
    from.pipe(onward).pipe(from)
    for (const [end, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        sockets.delete(end)
        other.destroy()
      })
    }
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    cut,
    mend: () => {
      isCut = false
    },
    close: () => {
      cut()
      server.close()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as { port: number }
  await new Promise(closed => server.close(closed))
  return port
}
