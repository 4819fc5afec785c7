import { hash } from 'node:crypto'

/** A picture's identity wherever it lies and whatever its name: the SHA-256 of its bytes, as 64 hexadecimal digits. */
export function hashBytes(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex') // in one call: of a small picture, making the object of several would take a third
}
