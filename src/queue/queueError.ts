import { messageOf, systemCode, UserError } from '../errors.ts'
import { printable } from '../text.ts'
import type { QueueAddress } from './address.ts'

const OFFLINE = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH)/
/** PostgreSQL's own codes of a server that starts or ends. */
const STARTING = /^57P0[1-3]$/

/** A sentence and a remedy for why a queue can't be used; errors of ours are given back as they are. */
export function queueError(error: unknown, { kind, shown }: QueueAddress): UserError {
  if (error instanceof UserError) return error
  const message = messageOf(error)
  const code = systemCode(error) ?? ''
  const bad = (said: string, hint: string) => new UserError('E_QUEUE', said, { hint, cause: error })
  if (
    OFFLINE.test(code) ||
    STARTING.test(code) ||
    /ETIMEDOUT|Connection is closed|Connection terminated|timeout/i.test(message)
  ) {
    const hint =
      kind === 'redis'
        ? 'Check host and port; start one with: redis-server --appendonly yes (docs/scale.md shows it in a container).'
        : 'Check host, port and database; pg_isready tells whether it takes connections.'
    return new UserError('E_QUEUE_DOWN', `The queue "${shown}" does not answer.`, { hint, cause: error })
  }
  if (/NOAUTH|WRONGPASS|NOPERM|invalid username-password/i.test(message) || /^28/.test(code)) {
    return bad(
      `The queue "${shown}" does not let this user in.`,
      `Write user and password into it: ${kind}://USER:PASSWORD@…`,
    )
  }
  if (/DB index is out of range|invalid DB index/i.test(message)) {
    return bad(
      `There is no such database in "${shown}".`,
      'Redis has those from 0 to 15: redis-cli config get databases.',
    )
  }
  if (code === '3D000') return bad(`There is no such database in "${shown}".`, 'Create it: createdb NAME.')
  if (code === '42501') {
    return bad(`This user may not make tables in "${shown}".`, 'Allow it once: GRANT CREATE ON DATABASE NAME TO USER.')
  }
  if (/^Protocol error|Unknown RESP type/.test(message)) {
    return bad(`What answers at "${shown}" is no Redis.`, 'Check the port: Redis has 6379 unless it was changed.')
  }
  if (/TLS|SSL|certificate/i.test(message)) {
    return bad(
      `The queue "${shown}" can't be reached safely: ${printable(message)}.`,
      'rediss:// is Redis with TLS, redis:// without.',
    )
  }
  return bad(`The queue "${shown}" can't be used: ${printable(message)}.`, 'Check the address and the server’s log.')
}

/** @param found as the server says it; @param wanted "Redis 6.2 or Valkey" */
export function wrongVersion({ shown }: QueueAddress, found: string, wanted: string): UserError {
  return new UserError('E_QUEUE', `"${shown}" is ${found}, and this needs ${wanted} or newer.`, {
    hint: 'Update the server.',
  })
}
