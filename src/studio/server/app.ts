import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Studio } from '../studio.ts'
import { errorAnswer, failed, notFound } from './failure.ts'
import type { PageFile } from './page.ts'
import { addChangeRoutes } from './routes/changes.ts'
import { addEngineRoutes } from './routes/engine.ts'
import { addPhoneRoutes } from './routes/phone.ts'
import { addPictureRoutes } from './routes/pictures.ts'
import { addRevealRoutes } from './routes/reveal.ts'
import { addStateRoutes } from './routes/state.ts'
import { type Door, guarded, headers, reportHeaders } from './security.ts'

/** JSON bodies: a million ids would not fit, and nobody chooses so many by hand. */
const MOST_JSON_BYTES = 1_000_000
/** These have limits of their own. */
const RAW = /^\/[0-9a-f]{64}\/api\/(upload|guess|explain\/.*)$/

/** The studio's server, from the door to the last route; testable without a network by `app.request()`. */
export function studioApp(studio: Studio, door: Door, page: ReadonlyMap<string, PageFile>): Hono {
  const app = new Hono()
  app.use(reportHeaders())
  app.use(headers())
  app.use(guarded(door))
  const json = bodyLimit({
    maxSize: MOST_JSON_BYTES,
    onError: context => errorAnswer(context, 413, 'E_TOO_LARGE', 'The request has more than 1 MB.'),
  })
  app.use((context, next) => (RAW.test(context.req.path) ? next() : json(context, next)))
  app.onError(failed)
  app.notFound(context => failed(notFound(), context))

  const inside = new Hono()
  addStateRoutes(inside, studio)
  addPictureRoutes(inside, studio)
  addChangeRoutes(inside, studio)
  addEngineRoutes(inside, studio)
  addRevealRoutes(inside, studio)
  addPhoneRoutes(inside, studio)
  inside.get('/*', context => {
    const file = page.get(context.req.path.split('/').slice(2).join('/'))
    if (file === undefined) throw notFound()
    return new Response(file.bytes, { headers: { 'content-type': file.type, 'cache-control': 'no-cache' } })
  })
  app.route(`/${door.token}`, inside)
  return app
}
