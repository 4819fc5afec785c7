import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { PRESET_NAMES } from '../../../backbone/catalog.ts'
import { UserError } from '../../../errors.ts'
import { EXPORT_FORMATS } from '../../../export/formats.ts'
import type { Groups, GuessAnswer, JobRequest, NextPictures } from '../../api.ts'

import { openPath } from '../../pictures/folder.ts'
import type { Studio } from '../../studio.ts'
import { idIn, objectOf, oneOf } from '../body.ts'
import { errorAnswer, notFound } from '../failure.ts'
import { nearPictures } from './pictures.ts'

const MOST_GUESS_BYTES = 20_000_000
/** The one at work and one that waits: the newest frame wins, older ones are of no use. */
const GUESSES_AT_ONCE = 2
const JOBS = ['train', 'examine', 'choose', 'export', 'guess-dir'] as const

/** What needs a network: guesses, groups, what is next, maps; and jobs. */
export function addEngineRoutes(app: Hono, studio: Studio): void {
  const { collection, engine, jobs } = studio
  const { table } = collection
  let guessing = 0

  const frame = bodyLimit({
    maxSize: MOST_GUESS_BYTES,
    onError: context => errorAnswer(context, 413, 'E_TOO_LARGE', 'The picture has more than 20 MB.'),
  })
  app.post('/api/guess', frame, async context => {
    if (guessing >= GUESSES_AT_ONCE) throw new UserError('E_BUSY', 'Two pictures are being looked at already.')
    guessing++
    try {
      const guess = await engine.call('guess', new Uint8Array(await context.req.arrayBuffer()))
      const { scores, unfamiliar, ms, nearest } = guess
      return context.json({ scores, unfamiliar, ms, nearest: nearPictures(studio, nearest) } satisfies GuessAnswer)
    } finally {
      guessing--
    }
  })

  app.get('/api/groups', async context => {
    const detail = Number(oneOf(['1', '2', '3'], context.req.query('detail')))
    const { groups, rest } = await engine.call('groups', detail)
    return context.json({ revision: table.revision, groups, rest } satisfies Groups)
  })
  app.get('/api/next', async context => {
    const count = Math.min(1000, Math.max(1, Number(context.req.query('n') ?? 20) || 20))
    const pictures = await studio.next(count)
    return context.json({ revision: table.revision, pictures } satisfies NextPictures)
  })

  app.get('/explain/:id/:file', async context => {
    const row = table.get(idIn(context.req.param('id')))
    const label = /^(.+)\.png$/s.exec(context.req.param('file'))?.[1]
    if (row === undefined || label === undefined) throw notFound()
    return map(await engine.call('explain', { picture: openPath(collection.folder.root, row.path), label }))
  })
  app.post('/api/explain/:label', frame, async context => {
    const picture = new Uint8Array(await context.req.arrayBuffer())
    return map(await engine.call('explain', { picture, label: context.req.param('label') }))
  })

  app.post('/api/jobs', async (context: Context) => {
    const { kind, format, preset } = await objectOf(context)
    const wanted = JOBS.find(known => known === kind)
    if (wanted === undefined) throw new UserError('E_BAD_VALUE', `Expected a job: one of ${JOBS.join(', ')}.`)
    collection.checkWritable()
    if (wanted === 'train' && preset !== undefined) {
      return context.json(jobs.start({ kind: wanted, preset: oneOf(PRESET_NAMES, String(preset)) }), 202)
    }
    if (wanted !== 'export') return context.json(jobs.start({ kind: wanted }), 202)
    const asked = oneOf(['page', ...EXPORT_FORMATS], String(format))
    return context.json(jobs.start({ kind: 'export', format: asked } satisfies JobRequest), 202)
  })
  app.delete('/api/jobs/:id', context => {
    jobs.stop(context.req.param('id'))
    return context.json({}, 202)
  })
}

function map(png: Uint8Array): Response {
  const headers = { 'content-type': 'image/png', 'cache-control': 'private, no-cache' }
  return new Response(png as Uint8Array<ArrayBuffer>, { headers })
}
