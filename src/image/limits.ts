import { unexpected } from '../errors.ts'

/** What one picture may cost. */
export interface DecodeLimits {
  /** Width times height, checked in the header before anything is decoded. */
  readonly maxPixels: number
  /** Use what there is of a picture that ends early or is damaged, instead of reporting it. */
  readonly allowTruncated: boolean
  /** For reading and for decoding one picture, each; waiting for a turn does not count. */
  readonly timeoutMs: number
}

export const DEFAULT_LIMITS: DecodeLimits = { maxPixels: 100_000_000, allowTruncated: false, timeoutMs: 20_000 }

/** Fills in defaults. @throws UserError for a value that is no limit: to sharp, 0 pixels would mean that there is none */
export function limitsWith(given: Partial<DecodeLimits> = {}): DecodeLimits {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const { maxPixels, timeoutMs } = limits
  if (!Number.isSafeInteger(maxPixels) || maxPixels < 1) {
    throw unexpected('max-pixels', 'a whole number above 0', maxPixels)
  }
  if (!(timeoutMs > 0)) throw unexpected('timeoutMs', 'a number above 0', timeoutMs)
  return limits
}

/** Larger than any photograph, and near the largest buffer that Node can make. */
export const MAX_FILE_BYTES = 1_000_000_000
