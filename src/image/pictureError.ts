/** Why a picture cannot be used; stable names, for programs. */
const PICTURE_ERRORS = [
  'unreadable',
  'not-a-file',
  'empty',
  'not-a-picture',
  'unsupported',
  'truncated',
  'damaged',
  'too-large',
  'timeout',
] as const
export type PictureErrorKind = (typeof PICTURE_ERRORS)[number]

/**
 * One picture that cannot be used. It is data: whoever goes through many pictures catches it, lists the reason and
 * goes on. `reason` is a fragment to put behind the picture's name: "a.jpg: truncated JPEG".
 */
export class PictureError extends Error {
  override readonly name = 'PictureError'
  readonly kind: PictureErrorKind
  readonly reason: string

  constructor(kind: PictureErrorKind, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.reason = reason
  }
}
