import { randomBytes } from 'node:crypto'

export function now(): string {
  return new Date().toISOString()
}

/** Sorts by time, and is a folder's name that tells people when: 20261126-141503-9f3a. */
export function newId(): string {
  const stamp = now().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}
