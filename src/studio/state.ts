import type { StudioState } from './api.ts'
import type { Collection } from './collection.ts'
import type { Engine } from './engine/engine.ts'
import type { Jobs } from './engine/jobs.ts'
import { titleOf } from './journal/reverse.ts'
import type { ModelFacts } from './modelState.ts'
import type { Insights } from './pictures/insights.ts'
import { isCategory, shownPlace, TRASH, UNLABELED } from './pictures/place.ts'
import type { PictureTable } from './pictures/table.ts'
import { keysOf, type SettingsFile } from './settings.ts'

/** As doctor has it. */
const LEAST = 3

/** What the page's frame is told of. */
interface Parts {
  readonly collection: Collection
  readonly insights: Insights
  readonly settings: SettingsFile
  readonly model: ModelFacts
  readonly jobs: Jobs
  readonly engine: Engine
  readonly live: StudioState['live']
}

/** What the page's frame shows. */
export async function stateOf({
  collection,
  insights,
  settings,
  model,
  jobs,
  engine,
  live,
}: Parts): Promise<StudioState> {
  const { table, stacks, folder } = collection
  const keys = keysOf(table.categories, settings.settings)
  return {
    boot: table.boot,
    revision: table.revision,
    readOnly: collection.readOnly,
    title: folder.root.split(/[/\\]/).at(-1) ?? '',
    folder: folder.root,
    kept: folder.kept,
    categories: table.categories.map(name => ({
      name,
      shown: shownPlace(name),
      count: table.count(name),
      key: keys.get(name) ?? null,
    })),
    unlabeled: table.count(UNLABELED),
    trash: table.count(TRASH),
    waiting: waiting(collection, insights),
    model: await model.state(),
    networks: model.networks(),
    live,
    untrainable: untrainable(table),
    jobs: jobs.list(),
    engine: engine.state,
    undo: titleOf(stacks.undo.at(-1)),
    redo: titleOf(stacks.redo.at(-1)),
    settings: settings.settings,
    unsettled: collection.unsettled,
    firstUse: !settings.settings.noticed && insights.examinedAt === null,
  }
}

/** Why a training would fail, one sentence; null when it would not. */
export function untrainable(table: PictureTable): string | null {
  if (table.categories.length < 2) return 'Make two categories at least: a classifier tells things apart.'
  const small = table.categories.find(name => table.count(name) < LEAST)
  if (small === undefined) return null
  const count = table.count(small)
  const have = count === 0 ? 'no picture' : count === 1 ? '1 picture' : `${count} pictures`
  return `${shownPlace(small)} has ${have} yet: ${LEAST} are the least.`
}

function waiting({ table, checked }: Collection, insights: Insights): StudioState['waiting'] {
  const within = (view: Parameters<Insights['in']>[0]) =>
    insights.in(view).flatMap(id => {
      const row = table.get(id)
      return row && isCategory(row.place) ? [row] : []
    })
  const unchecked = within('doubtful').filter(
    ({ sha256, place }) => sha256 === undefined || !checked.has(sha256, place),
  )
  let suggested = 0
  for (const id of insights.opinions.keys()) if (table.get(id)?.place === UNLABELED) suggested++
  return {
    doubtful: unchecked.length,
    mistakes: within('mistakes').length,
    alike: within('alike').length,
    odd: within('odd').length,
    quality: within('quality').length,
    skipped: table.unreadable().filter(({ place }) => place !== TRASH).length,
    suggested,
  }
}
