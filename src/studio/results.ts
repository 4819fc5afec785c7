import { dirname } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { readJson } from '../disk/json.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import type { Finding } from '../jobs/doctor/findings.ts'
import { anyObject, fits } from '../schema.ts'
import type { ModelState, Results, TrainOutcome } from './api.ts'
import type { Collection } from './collection.ts'
import type { Insights, MistakeSeen } from './pictures/insights.ts'
import { examinedSchema, trainedSchema } from './resultsSchema.ts'

/** What the last training and the last examination found, as it is kept over restarts. */
export interface KeptResults {
  readonly trained?: Pick<Results, 'labels' | 'confusion' | 'perCategory' | 'curve' | 'scores'> & {
    readonly mistakes: readonly MistakeSeen[]
    readonly outcome: TrainOutcome
    /** What the new model took each picture for, by path: to tell what the next one takes otherwise. */
    readonly names: Readonly<Record<string, string>>
  }
  readonly examined?: { readonly at: string; readonly findings: readonly Finding[] }
}

/**
 * What a training here found out, if it made the model that is there now: the tables of another one would be told of this.
 * A category that was renamed since is called as it is now.
 */
export function resultsOf(trained: KeptResults['trained'], model: ModelState | null): KeptResults['trained'] {
  if (!trained || !model || !isOf(trained.outcome.after, model)) return undefined
  const now = new Map(trained.labels.map((label, at) => [label, model.labels[at] ?? label]))
  const called = (label: string) => now.get(label) ?? label
  return {
    ...trained,
    labels: trained.labels.map(called),
    perCategory: trained.perCategory.map(figures => ({ ...figures, label: called(figures.label) })),
    mistakes: trained.mistakes.map(mistake => ({
      ...mistake,
      path: mistake.path.replace(/^[^/]+/, called),
      given: called(mistake.given),
      predicted: called(mistake.predicted),
    })),
  }
}

/** A rename leaves a model what it is. Of what an older studio kept, the figures are the mark. */
function isOf(measured: ModelState, model: ModelState): boolean {
  if (measured.labels.length !== model.labels.length) return false
  if (measured.id !== undefined) return measured.id === model.id
  return measured.accuracy === model.accuracy && measured.pictures === model.pictures
}

/** `studio/results.json`. Losing it costs a training or an examination, never a label. */
export class ResultsFile {
  readonly #path: string
  readonly #readOnly: boolean
  kept: KeptResults

  private constructor(path: string, kept: KeptResults, readOnly: boolean) {
    this.#path = path
    this.kept = kept
    this.#readOnly = readOnly
  }

  /** A part of the file that is not as it was written counts as absent. */
  static async read(path: string, readOnly: boolean): Promise<ResultsFile> {
    const { trained, examined } = (await readJson<Partial<Record<keyof KeptResults, unknown>>>(path, anyObject)) ?? {}
    const kept = {
      ...(fits<NonNullable<KeptResults['trained']>>(trainedSchema, trained) && { trained }),
      ...(fits<NonNullable<KeptResults['examined']>>(examinedSchema, examined) && { examined }),
    }
    return new ResultsFile(path, kept, readOnly)
  }

  async change(more: KeptResults): Promise<void> {
    this.kept = { ...this.kept, ...more }
    if (this.#readOnly) return
    await makeFolder(dirname(this.#path))
    await writeAtomic(this.#path, JSON.stringify(this.kept))
  }

  /** Takes what is kept over into what is known of the pictures. */
  apply(insights: Insights, { table }: Collection, model: ModelState | null): void {
    const idOf = (path: string) => table.at(`data/${path}`)?.id
    const { examined } = this.kept
    const trained = resultsOf(this.kept.trained, model)
    if (trained) insights.setMistakes(trained.mistakes, idOf)
    if (examined) insights.setFindings(examined.findings, idOf, examined.at)
  }
}
