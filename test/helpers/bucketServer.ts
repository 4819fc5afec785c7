import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import fs from 'fs-extra'

/** A small S3 server with create-only puts, whose objects outlive it; from the Go module proxy, once a machine. */
const MODULE = 'github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0'
const BIN = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'itc-tests', 'gofakes3-1.2.0')

/** Where the server's program is; a sentence where it can't be had. */
export async function bucketProgram(): Promise<{ path: string } | { missing: string }> {
  const path = join(BIN, 'gofakes3')
  if (await fs.pathExists(path)) return { path }
  try {
    await promisify(execFile)('go', ['install', MODULE], { env: { ...process.env, GOBIN: BIN }, timeout: 300_000 })
    return { path }
  } catch (error) {
    return { missing: `gofakes3 can't be built: ${String((error as Error).message).split('\n')[0]}` }
  }
}

/** A running S3 server on this machine, with one bucket. */
export interface BucketServer {
  /** As the AWS SDK is told of it. */
  readonly env: Readonly<Record<string, string>>
  /** Ends it as a power cut would. */
  stop(): Promise<void>
  /** The same again, at the same address, with all that was in it; one that runs goes on. */
  start(): Promise<void>
}

export async function startBucket(program: string, folder: string, bucket: string): Promise<BucketServer> {
  const port = await freePort()
  const args = ['-host', `127.0.0.1:${port}`, '-backend', 'bolt', '-bolt.db', join(folder, 's3.db')]
  const endpoint = `http://127.0.0.1:${port}`
  let server: ReturnType<typeof spawn> | undefined
  const start = async () => {
    if (server?.exitCode === null && server.signalCode === null) return
    server = spawn(program, [...args, '-initialbucket', bucket], { stdio: 'ignore' })
    for (let tries = 0; !(await answers(endpoint)); tries++) {
      if (tries > 100) throw new Error('gofakes3 does not answer')
      await sleep(50)
    }
  }
  await start()
  return {
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    start,
    async stop() {
      if (server?.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
  }
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as { port: number }
  await new Promise(closed => server.close(closed))
  return port
}
