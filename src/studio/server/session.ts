import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { defaultCacheFolder } from '../../backbone/cacheFolder.ts'
import { readPlainText } from '../../disk/readPlain.ts'
import { writeAtomic } from '../../disk/writeAtomic.ts'
import { UserError } from '../../errors.ts'
import { fits, looseObject, positive, satisfying, sha256 } from '../../schema.ts'

/** What a folder's studio is reached by; kept over restarts, so that an open tab finds the server again. */
export interface Session {
  /** 256 bits, hex. */
  readonly token: string
  readonly port: number
}

const FIRST_PORT = 4100
const PORTS = 900

/** Where the session of a folder is kept: in the user's cache folder, by the folder's real path. */
export async function sessionPath(tfFiles: string, cacheFolder = defaultCacheFolder()): Promise<string> {
  const name = createHash('sha256')
    .update(await realpath(tfFiles))
    .digest('hex')
    .slice(0, 32)
  return join(cacheFolder, 'studio', `${name}.json`)
}

const sessionSchema = looseObject({ token: sha256, port: satisfying(positive, port => port < 65_536, 'is no port') })

export async function readSession(path: string): Promise<Session | undefined> {
  try {
    const session: unknown = JSON.parse(await readPlainText(path))
    return fits<Session>(sessionSchema, session) ? session : undefined
  } catch {
    return undefined // none yet, or not one of these: a new one is made
  }
}

/** For its owner's eyes alone. */
export async function writeSession(path: string, session: Session): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeAtomic(path, `${JSON.stringify(session)}\n`)
  await chmod(path, 0o600)
}

export function newToken(): string {
  return randomBytes(32).toString('hex')
}

/**
 * The port to listen on: the one asked for, the one that a tab may know, or one that follows from the folder's path; the
 * next free one where that is taken.
 *
 * @throws UserError `E_PORT` when the one asked for is taken, or none is free
 */
export async function choosePort(
  tfFiles: string,
  asked: number | undefined,
  known: number | undefined,
): Promise<number> {
  if (asked !== undefined) {
    if (asked === 0 || (await isFree(asked))) return asked
    throw new UserError('E_PORT', `Port ${asked} is taken.`, { hint: 'Choose another one, or leave --port out.' })
  }
  const hash = createHash('sha256')
    .update(await realpath(tfFiles))
    .digest()
    .readUInt32BE(0)
  for (let at = 0; at <= PORTS; at++) {
    const port = at === 0 && known !== undefined ? known : FIRST_PORT + ((hash + at) % PORTS)
    if (await isFree(port)) return port
  }
  throw new UserError('E_PORT', `No port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free.`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
