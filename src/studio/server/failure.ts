import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { messageOf, UserError } from '../../errors.ts'
import { PictureError } from '../../image/pictureError.ts'
import type { ApiError } from '../api.ts'

/** Other UserErrors are 400. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  E_BUSY: 429,
  E_DISK_FULL: 507,
  E_ENGINE: 503,
  E_EXISTS: 409,
  E_JOB_RUNNING: 409,
  E_LOCKED: 409,
  E_NAME_TAKEN: 409,
  E_NO_CATEGORY: 404,
  E_NO_MODEL: 409,
  E_NOT_FOUND: 404,
  E_NOT_LATEST: 409,
  E_PICTURE: 422,
  E_READ_ONLY: 403,
  E_TOO_LARGE: 413,
}

export function errorAnswer(context: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  return context.json({ code, message } satisfies ApiError, status)
}

/** Whatever was thrown, as the page shows it. */
export function apiError(error: unknown): ApiError {
  if (error instanceof UserError) {
    const { code, message, hint } = error
    return { code, message, ...(hint !== undefined && { hint }) }
  }
  if (error instanceof PictureError) {
    return { code: 'E_PICTURE', message: `This picture can't be used: ${error.reason}.` }
  }
  return { code: 'E_INTERNAL', message: `Something went wrong inside: ${messageOf(error)}.` }
}

export function failed(error: unknown, context: Context): Response {
  const answer = apiError(error)
  return context.json(answer, answer.code === 'E_INTERNAL' ? 500 : (STATUS[answer.code] ?? 400))
}

/** For what no id, no name and no token leads to. */
export function notFound(): UserError {
  return new UserError('E_NOT_FOUND', 'There is nothing here.')
}
