import { unexpected } from '../errors.ts'

/** What one picture may cost, and how it is decoded. */
export interface DecodeLimits {
  /** Width times height, checked in the header before anything is decoded. */
  readonly maxPixels: number
  /** The same of an AVIF, whose decoder takes several times the memory and time. */
  readonly maxAvifPixels: number
  /** Length of a file, in bytes: longer than any photograph. */
  readonly maxFileBytes: number
  /** What file and decoding may take in memory together, in bytes, reckoned from the header: see `decodingBytes`. */
  readonly maxMemoryBytes: number
  /** Use what there is of a picture that ends early or is damaged, instead of reporting it. */
  readonly allowTruncated: boolean
  /** For reading and for decoding one picture, each; waiting for a turn does not count. */
  readonly timeoutMs: number
  /** Told what was assumed of a picture's values where the file does not say, in a sentence; the same for all such pictures. */
  readonly onNote?: ((note: string) => void) | undefined
}

export const DEFAULT_LIMITS: DecodeLimits = {
  maxPixels: 100_000_000,
  maxAvifPixels: 40_000_000,
  maxFileBytes: 256_000_000,
  maxMemoryBytes: 300_000_000,
  allowTruncated: false,
  timeoutMs: 20_000,
}

/** Limits that are whole numbers, by the flag that sets them. */
const WHOLE = {
  'max-pixels': 'maxPixels',
  'max-avif-pixels': 'maxAvifPixels',
  'max-file-mb': 'maxFileBytes',
  'max-memory-mb': 'maxMemoryBytes',
} as const

/** Fills in defaults. @throws UserError for a value that is no limit: to sharp, 0 pixels would mean that there is none */
export function limitsWith(given: Partial<DecodeLimits> = {}): DecodeLimits {
  const limits = { ...DEFAULT_LIMITS, ...given }
  for (const [flag, name] of Object.entries(WHOLE)) {
    const value = limits[name]
    if (!Number.isSafeInteger(value) || value < 1) throw unexpected(flag, 'a whole number above 0', value)
  }
  if (!(limits.timeoutMs > 0)) throw unexpected('timeoutMs', 'a number above 0', limits.timeoutMs)
  return limits
}

/** The limits that decide what comes of a picture, in one order: of two programs with the same ones, results are the same. */
export function decidingLimits({ timeoutMs: _, onNote: __, ...limits }: DecodeLimits): readonly (readonly unknown[])[] {
  return Object.entries(limits).sort()
}
