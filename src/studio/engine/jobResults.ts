import type { Finding } from '../../jobs/doctor/findings.ts'
import type {
  ChooseOutcome,
  ExamineOutcome,
  ExportOutcome,
  JobRequest,
  Results,
  SortOutcome,
  TrainOutcome,
} from '../api.ts'
import type { Collection } from '../collection.ts'
import type { ModelFacts } from '../modelState.ts'
import type { Insights, MistakeSeen } from '../pictures/insights.ts'
import type { ResultsFile } from '../results.ts'

/** What a training in its own process sends back. */
export interface TrainedHere extends Pick<Results, 'labels' | 'confusion' | 'perCategory' | 'curve' | 'scores'> {
  readonly mistakes: readonly MistakeSeen[]
  readonly names: Readonly<Record<string, string>>
  /** Of the model that was there before. */
  readonly replaced?: string | undefined
  readonly seconds: number
  readonly warnings: readonly string[]
}

export type Outcome = TrainOutcome | ExportOutcome | SortOutcome | ExamineOutcome | ChooseOutcome

/** What there is to know of a folder besides its pictures. */
interface Knowledge {
  readonly collection: Collection
  readonly insights: Insights
  readonly results: ResultsFile
  readonly model: ModelFacts
}

/** Takes what a job found over into what the studio knows. */
export async function finishJob(studio: Knowledge, request: JobRequest, result: unknown): Promise<Outcome> {
  if (request.kind === 'train') return finishTraining(studio, result as TrainedHere)
  if (request.kind === 'examine') {
    const findings = result as readonly Finding[]
    await studio.results.change({ examined: { at: new Date().toISOString(), findings } })
    studio.results.apply(studio.insights, studio.collection, await studio.model.state())
    return { kind: 'examine', findings: findings.length }
  }
  return result as Outcome
}

async function finishTraining(studio: Knowledge, trained: TrainedHere): Promise<TrainOutcome> {
  const { results } = studio
  const after = await studio.model.state()
  if (after === null) throw new Error('the training left no model')
  const { seconds, warnings, names, replaced, ...figures } = trained
  const last = results.kept.trained
  // A model from a terminal, trained since, is not the one that was measured here.
  const before = last && last.outcome.after.id === replaced ? last.outcome.after : null
  const earlier = before && last ? last.names : {}
  const outcome: TrainOutcome = {
    kind: 'train',
    before,
    after,
    distinct: areDistinct(before?.interval, after.interval),
    renamed: Object.entries(names).filter(([path, name]) => (earlier[path] ?? name) !== name).length,
    seconds,
    warnings,
  }
  await results.change({ trained: { ...figures, names, outcome } })
  results.apply(studio.insights, studio.collection, after)
  return outcome
}

function areDistinct(a: readonly [number, number] | null | undefined, b: readonly [number, number] | null): boolean {
  return a !== null && a !== undefined && b !== null && (a[1] < b[0] || b[1] < a[0])
}
