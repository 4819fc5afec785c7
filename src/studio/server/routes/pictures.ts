import { basename } from 'node:path'
import type { Context, Hono } from 'hono'
import { sniffFormat } from '../../../image/format.ts'
import { PictureError } from '../../../image/pictureError.ts'
import { readPicture } from '../../../image/read.ts'
import { smallJpeg } from '../../../image/thumbnail.ts'
import type { NamesAnswer, NearPicture, PictureDetail, Sort } from '../../api.ts'
import { openPath } from '../../pictures/folder.ts'
import { listPictures } from '../../pictures/listing.ts'
import { isCategory } from '../../pictures/place.ts'
import type { PictureRow } from '../../pictures/table.ts'
import type { Studio } from '../../studio.ts'
import { SIDES } from '../../thumbnails/thumbnails.ts'
import { idIn, idsIn, objectOf, oneOf } from '../body.ts'
import { notFound } from '../failure.ts'

const VIEWS = ['all', 'doubtful', 'mistakes', 'alike', 'odd', 'quality', 'skipped', 'next'] as const
const SORTS = ['name', 'new', 'score', 'doubt'] as const
const FOREVER = 'private, max-age=31536000, immutable'
/** A file that changes gets another id: what was fetched ahead of its turn need not be asked about again. */
const WHILE_LOOKED_AT = 'private, max-age=3600'
/** What browsers show as it is; everything else becomes a JPEG. */
const SHOWN: Readonly<Record<string, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  WebP: 'image/webp',
  GIF: 'image/gif',
  AVIF: 'image/avif',
}
/** Longer side of what is made for the browser, in pixels. */
const LARGE = 2048
/** Nearest pictures shown of a category. */
const NEAREST = 5
const MOST_NAMES = 1000

/** Lists, pictures in small and whole, and what is known of each. */
export function addPictureRoutes(app: Hono, studio: Studio): void {
  const { collection, insights, thumbnails } = studio
  const { table, folder } = collection

  app.get('/api/pictures', async context => {
    const { category, sort = 'name', view, in: place } = context.req.query()
    const likeness = /^like:(\d{1,12})$/.exec(sort)
    const wanted = oneOf(VIEWS, view)
    if (wanted === 'next') insights.next = (await studio.next(100)).map(({ id }) => id)
    const like = likeness && (await studio.engine.call('like', Number(likeness[1])))
    const listed = { collection, insights, likeness: like ?? undefined, held: studio.held.hashes }
    const order = like ? (sort as Sort) : oneOf(SORTS, sort)
    const query = { in: oneOf(['data', 'unlabeled', 'trash'], place), category, view: wanted, sort: order }
    return context.json(listPictures(listed, query))
  })

  app.post('/api/names', async context => {
    const ids = idsIn((await objectOf(context)).ids).slice(0, MOST_NAMES)
    const rows = ids.flatMap(id => table.get(id) ?? [])
    const names = rows.map(({ id, path, sha256 }) => ({ id, path, sha256: sha256 ?? null }))
    return context.json({ names } satisfies NamesAnswer)
  })

  app.get('/api/pictures/:id', async context => {
    const row = rowIn(context.req.param('id'))
    return context.json(await detailOf(studio, row))
  })

  app.get('/thumb/:ref', async context => {
    const ref = context.req.param('ref')
    const row = /^[0-9a-f]{64}$/.test(ref) ? table.withSha(ref)[0] : rowIn(ref)
    if (row === undefined) throw notFound()
    checkBoot(context)
    const side = oneOf(['160', '320'], context.req.query('side')) === '160' ? SIDES[0] : SIDES[1]
    const jpeg = await thumbnails.get(row, side).catch(error => {
      if (error instanceof PictureError) context.status(404)
      throw error
    })
    return picture(jpeg, 'image/jpeg', FOREVER)
  })

  app.get('/picture/:id', async context => {
    const row = rowIn(context.req.param('id'))
    checkBoot(context)
    const tag = `"${row.size}-${row.mtimeMs}"`
    if (context.req.header('if-none-match') === tag) return context.body(null, 304)
    const { bytes } = await readPicture(openPath(folder.root, row.path))
    const sniffed = sniffFormat(bytes)
    const type = sniffed.kind === 'picture' ? SHOWN[sniffed.format] : undefined
    const shown = type === undefined ? await smallJpeg(bytes, LARGE, 85) : bytes
    return picture(shown, type ?? 'image/jpeg', WHILE_LOOKED_AT, tag)
  })

  function rowIn(text: string | undefined): PictureRow {
    const row = table.get(idIn(text))
    if (row === undefined) throw notFound()
    return row
  }

  /** Ids of another run mean other pictures. */
  function checkBoot(context: Context): void {
    const boot = context.req.query('boot')
    if (boot !== undefined && boot !== table.boot) throw notFound()
  }
}

function picture(bytes: Uint8Array, type: string, cache: string, etag?: string): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': type, 'cache-control': cache, ...(etag !== undefined && { etag }) },
  })
}

async function detailOf(studio: Studio, row: PictureRow): Promise<PictureDetail> {
  const { collection, insights, engine } = studio
  const { table } = collection
  const { id, place, path, size, mtimeMs, unreadable } = row
  const found = insights.of(id)
  const doubt = found.find(({ view }) => view === 'doubtful')?.finding
  const guess = await engine.call('scores', id).catch(() => null)
  const looksLike = doubt?.looksLike ?? insights.mistakes.get(id)?.predicted ?? guess?.scores[0]?.label
  const labels = [...new Set([...(isCategory(place) ? [place] : []), ...(looksLike ? [looksLike] : [])])]
  const near = await engine.call('nearest', { id, labels, count: NEAREST }).catch(() => [])
  return {
    id,
    revision: table.revision,
    place,
    path,
    name: basename(path),
    sha256: row.sha256 ?? null,
    size,
    mtimeMs,
    guess: guess && { scores: guess.scores, unfamiliar: guess.unfamiliar },
    doubt: doubt ? { looksLike: doubt.looksLike ?? null, what: doubt.what, remedy: doubt.remedy } : null,
    findings: found.map(({ finding: { kind, what, remedy } }) => ({ kind, what, remedy })),
    nearest: nearPictures(studio, near),
    unreadable: unreadable ?? null,
  }
}

/** With the categories that they lie in. */
export function nearPictures(
  { collection: { table } }: Studio,
  near: readonly { readonly id: number; readonly distance: number }[],
): NearPicture[] {
  return near.flatMap(({ id, distance }) => {
    const row = table.get(id)
    return row ? [{ id, category: row.place, distance }] : []
  })
}
