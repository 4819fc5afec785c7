import type { Hono } from 'hono'
import { readPlain } from '../../../disk/readPlain.ts'
import { layoutOf } from '../../../model/layout.ts'
import type { Findings, JournalList, Results } from '../../api.ts'
import { resultsOf } from '../../results.ts'
import type { Studio } from '../../studio.ts'
import { objectOf } from '../body.ts'
import { events } from '../events.ts'
import { notFound } from '../failure.ts'

const MOST_ENTRIES = 1000

/** What is, what was, and what happens. */
export function addStateRoutes(app: Hono, studio: Studio): void {
  const { collection, insights, settings, results } = studio
  app.get('/api/state', async context => context.json(await studio.state()))
  app.get('/api/events', context => events(studio, context))
  app.put('/api/settings', async context => {
    const changed = await settings.change(await objectOf(context))
    await studio.tellState()
    return context.json(changed)
  })
  app.post('/api/rescan', async context => {
    await studio.rescan()
    return context.json({ revision: collection.table.revision })
  })
  app.post('/api/engine', context => {
    studio.startEngine()
    return context.json(studio.engine.state)
  })

  app.get('/api/journal', context => {
    const count = Math.min(MOST_ENTRIES, Number(context.req.query('n') ?? 100) || 100)
    const entries = collection.journal.entries()
    const undone = new Set<string>()
    for (const { undoes } of entries) if (undoes !== undefined) undone.add(undoes)
    const shown = entries.slice(-count).reverse()
    return context.json({
      entries: shown.map(({ id, at, kind, title, moves, marks, unmarks }) => ({
        entry: id,
        at,
        kind,
        title,
        pictures: moves.length + (marks?.length ?? 0) + (unmarks?.length ?? 0),
        undone: undone.has(id),
      })),
    } satisfies JournalList)
  })

  app.get('/api/findings', context =>
    context.json({
      revision: collection.table.revision,
      at: insights.examinedAt,
      findings: insights.findings.map(({ finding, id, others }) => {
        const { kind, path, what, remedy, looksLike } = finding
        return { kind, id, path, what, remedy, others, looksLike: looksLike ?? null }
      }),
    } satisfies Findings),
  )

  app.get('/api/results', async context => {
    const model = await studio.model.state()
    const trained = resultsOf(results.kept.trained, model)
    const { table } = collection
    const report = await readReport(studio).then(
      () => true,
      () => false,
    )
    return context.json({
      model,
      labels: trained?.labels ?? [],
      confusion: trained?.confusion ?? [],
      perCategory: trained?.perCategory ?? [],
      curve: trained?.curve ?? [],
      scores: trained?.scores ?? [],
      last: trained?.outcome ?? null,
      report,
      mistakes: (trained?.mistakes ?? []).map(mistake => ({
        ...mistake,
        id: table.at(`data/${mistake.path}`)?.id ?? null,
      })),
    } satisfies Results)
  })

  app.get('/report', async () => {
    const html = await readReport(studio).catch(() => {
      throw notFound()
    })
    return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' } })
  })
}

function readReport({ folder }: Studio): Promise<Uint8Array<ArrayBuffer>> {
  return readPlain(layoutOf(folder.root).report)
}
