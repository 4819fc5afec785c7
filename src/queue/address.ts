import { UserError } from '../errors.ts'
import { shownAddress } from '../storage/address.ts'

/** Where a queue is. */
export interface QueueAddress {
  readonly kind: 'redis' | 'postgres'
  /** With user and password: for the client alone. */
  readonly url: string
  /** For people: without them. */
  readonly shown: string
}

const KINDS: Readonly<Record<string, QueueAddress['kind']>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
}

/** @param text `redis://HOST:6379`, `rediss://…` or `postgres://HOST/DATABASE`; @throws UserError `E_BAD_VALUE` */
export function queueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const kind = url && KINDS[url.protocol]
  if (kind && url.hostname !== '') return { kind, url: text, shown: shownAddress(text) }
  throw new UserError('E_BAD_VALUE', `"${shownAddress(text)}" is no address of a queue.`, {
    hint: 'Write it as redis://HOST:6379, rediss://HOST:6379 (with TLS) or postgres://USER@HOST/DATABASE.',
  })
}
