import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import type { Finding } from '../jobs/doctor/findings.ts'
import type { Results, TrainOutcome } from './api.ts'
import type { Collection } from './collection.ts'
import type { Insights, MistakeSeen } from './pictures/insights.ts'

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

  static async read(path: string, readOnly: boolean): Promise<ResultsFile> {
    const text = await readFile(path, 'utf8').catch(() => '{}')
    try {
      return new ResultsFile(path, (JSON.parse(text) as KeptResults | null) ?? {}, readOnly)
    } catch {
      return new ResultsFile(path, {}, readOnly)
    }
  }

  async change(more: KeptResults): Promise<void> {
    this.kept = { ...this.kept, ...more }
    if (this.#readOnly) return
    await makeFolder(dirname(this.#path))
    await writeAtomic(this.#path, JSON.stringify(this.kept))
  }

  /** Takes what is kept over into what is known of the pictures. */
  apply(insights: Insights, { table }: Collection): void {
    const idOf = (path: string) => table.at(`data/${path}`)?.id
    const { trained, examined } = this.kept
    if (trained) insights.setMistakes(trained.mistakes, idOf)
    if (examined) insights.setFindings(examined.findings, idOf, examined.at)
  }
}
