import type { PictureFormat } from './format.ts'
import type { DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'

/** What the decoders say when a file ends too early. */
const TRUNCATED =
  /premature end|truncated|end of (file|stream|data|image)|unexpected eof|not enough data|read error|out of (data|order read)/i

/**
 * Says in words what the decoder's error means.
 *
 * @param measure reads the header alone, whatever its dimensions
 */
export async function explain(
  error: unknown,
  format: PictureFormat,
  limits: DecodeLimits,
  measure: () => Promise<{ width: number; height: number }>,
): Promise<PictureError> {
  const message = error instanceof Error ? error.message : String(error)
  if (/exceeds (the )?pixel limit/i.test(message)) {
    const { width, height } = await measure().catch(() => ({ width: 0, height: 0 }))
    return new PictureError('too-large', tooManyPixels(width * height, limits.maxPixels), error)
  }
  if (/^timeout/i.test(message)) {
    return new PictureError('timeout', `not decoded within ${limits.timeoutMs / 1000} s`, error)
  }
  if (TRUNCATED.test(message)) return new PictureError('truncated', `truncated ${format}`, error)
  return new PictureError('damaged', `damaged ${format} (${detail(message)})`, error)
}

function tooManyPixels(pixels: number, limit: number): string {
  const size = pixels > 0 ? millions(pixels) : 'too many'
  return `${size} pixels, the limit is ${millions(limit)} (--max-pixels)`
}

function millions(count: number): string {
  if (count < 1e6) return String(count)
  const rounded = count < 1e7 ? Math.round(count / 1e5) / 10 : Math.round(count / 1e6)
  return `${rounded} million`
}

/** The decoder's own words: one line of them, without the names of its functions. */
function detail(message: string): string {
  const line = message
    .replace(/^Input (buffer|file) has corrupt header: /, '')
    .split('\n')[0]!
    .replace(/^\w+: /, '')
    .trim()
  return line.length > 80 ? `${line.slice(0, 79)}…` : line || 'no details'
}
