import type { Context } from 'hono'
import { UserError } from '../../errors.ts'

/** A request's JSON object; `bodyLimit` has seen to its size. @throws UserError `E_BAD_VALUE` */
export async function objectOf(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await context.req.json().catch(() => undefined)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new UserError('E_BAD_VALUE', 'Expected a JSON object as the body of the request.')
}

/** An id as it stands in an address. @throws UserError `E_NOT_FOUND` for anything else */
export function idIn(text: string | undefined): number {
  if (text !== undefined && /^\d{1,12}$/.test(text)) return Number(text)
  throw new UserError('E_NOT_FOUND', 'There is no such picture.')
}

/** A list of ids. @throws UserError `E_BAD_VALUE` */
export function idsIn(value: unknown): number[] {
  if (Array.isArray(value) && value.every(id => Number.isSafeInteger(id))) return value as number[]
  throw new UserError('E_BAD_VALUE', 'Expected a list of ids.')
}

/** One of a few words, or the first of them where nothing is given. @throws UserError `E_BAD_VALUE` */
export function oneOf<T extends string>(words: readonly [T, ...T[]], given: string | undefined): T {
  if (given === undefined) return words[0]
  const word = words.find(known => known === given)
  if (word !== undefined) return word
  throw new UserError('E_BAD_VALUE', `Expected one of ${words.join(', ')} but received "${given}".`)
}
