import { endsEarly } from './ending.ts'
import type { DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'
import { tooManyPixels } from './price.ts'
import type { PictureFormat } from './signatures.ts'
import { unsupportedKind } from './unsupportedKind.ts'

/**
 * Says what is wrong with a picture that the decoder has refused, the same whatever else is being decoded.
 *
 * @param measure reads the header alone, whatever its dimensions
 */
export async function explain(
  error: unknown,
  { bytes, format }: { bytes: Uint8Array; format: PictureFormat },
  limits: DecodeLimits,
  measure: () => Promise<{ width: number; height: number }>,
): Promise<PictureError> {
  if (error instanceof PictureError) return error
  if (error instanceof Error && error.message === 'Input image exceeds pixel limit') {
    const { width, height } = await measure().catch(() => ({ width: 0, height: 0 }))
    return new PictureError('too-large', tooManyPixels(width * height, limits), error)
  }
  const kind = unsupportedKind(bytes, format)
  if (kind) return new PictureError('unsupported', `${kind} is not supported: convert it to JPEG or PNG`, error)
  if (endsEarly(bytes, format)) return new PictureError('truncated', `truncated ${format}`, error)
  return new PictureError('damaged', `damaged ${format}`, error)
}
