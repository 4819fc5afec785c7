/** The body of every answer that is not 2xx; `code` is that of a UserError, such as `E_BAD_NAME`. */
export interface ApiError {
  readonly code: string
  /** One sentence, to be shown. */
  readonly message: string
  /** What to do about it, one sentence. */
  readonly hint?: string
}
