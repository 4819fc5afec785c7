import { createHash } from 'node:crypto'

/** A picture's identity wherever it lies and whatever its name: the SHA-256 of its bytes, as 64 hexadecimal digits. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
