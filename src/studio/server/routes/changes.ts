import type { ReadableStream } from 'node:stream/web'
import type { Context, Hono } from 'hono'
import { UserError } from '../../../errors.ts'
import type { Chosen, OpRequest, PictureRef } from '../../api.ts'
import { addSample } from '../../sample.ts'
import type { Studio } from '../../studio.ts'
import { idsIn, objectOf } from '../body.ts'

const MOST = 1_000_000
const CHOOSING = ['label', 'unlabel', 'trash', 'restore', 'check', 'uncheck']

/** What changes pictures: operations, undo, uploads. */
export function addChangeRoutes(app: Hono, studio: Studio): void {
  const { collection, uploads } = studio
  app.post('/api/ops', async context => context.json(await collection.run(operation(await objectOf(context)))))
  app.post('/api/undo', async context => context.json(await collection.undo((await objectOf(context)).expect)))
  app.post('/api/redo', async context => context.json(await collection.redo((await objectOf(context)).expect)))
  app.post('/api/sample', async context => context.json(await addSample(collection)))

  app.put('/api/upload', async (context: Context) => {
    const { name = '', category, batch = '' } = context.req.query()
    const body = context.req.raw.body as ReadableStream | null
    const answer = await uploads.take(body, { name, category, batch })
    return context.json(answer, answer.id === answer.duplicateOf ? 200 : 201)
  })
  app.post('/api/batch/:id/end', async context => context.json(await uploads.end(context.req.param('id'))))
}

/** @throws UserError for a body that is no operation */
function operation(body: Readonly<Record<string, unknown>>): OpRequest {
  const { op, to, from } = body
  if (typeof op !== 'string') throw new UserError('E_BAD_VALUE', 'Expected an operation in `op`.')
  if (CHOOSING.includes(op)) return { op, to, ...chosen(body) } as OpRequest
  for (const name of [to, from]) {
    if (name !== undefined && typeof name !== 'string') throw new UserError('E_BAD_VALUE', 'Expected names as text.')
  }
  if (op !== 'category.remove' && to === undefined) throw new UserError('E_BAD_VALUE', 'Expected a name in `to`.')
  return { op, to, from } as OpRequest
}

function chosen({ ids, files, from, title }: Readonly<Record<string, unknown>>): Chosen {
  const places = Array.isArray(from) ? from : [from]
  if (!places.every(place => place === undefined || typeof place === 'string')) {
    throw new UserError('E_BAD_VALUE', 'Expected places as text in `from`.')
  }
  const refs = files === undefined ? undefined : refsIn(files)
  const numbers = ids === undefined ? undefined : idsIn(ids)
  if ((refs?.length ?? 0) + (numbers?.length ?? 0) > MOST)
    throw new UserError('E_TOO_LARGE', 'Too many pictures at once.')
  return {
    ...(numbers && { ids: numbers }),
    ...(refs && { files: refs }),
    ...(from !== undefined && { from: from as string | string[] }),
    ...(typeof title === 'string' && { title }),
  }
}

function refsIn(value: unknown): PictureRef[] {
  const isRef = (ref: Partial<PictureRef> | null) =>
    typeof ref?.path === 'string' && (ref.sha256 === null || typeof ref.sha256 === 'string')
  if (Array.isArray(value) && value.every(isRef)) return value as PictureRef[]
  throw new UserError('E_BAD_VALUE', 'Expected a list of {path, sha256} in `files`.')
}
