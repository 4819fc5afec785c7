import { groupRefusals } from '../dataset/refusals.ts'
import type { GuessDirEvent, GuessDirResult } from '../jobs/guess/options.ts'
import type { UnsureChoice } from '../jobs/guess/unsure.ts'
import { JsonList } from './json.ts'
import { refusalJson } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

/** What `itc guess-dir --json` prints. */
export class GuessDirJson {
  readonly #list: JsonList

  constructor(terminal: Terminal) {
    this.#list = new JsonList(terminal, 'pictures')
  }

  event(event: GuessDirEvent): void {
    if (event.kind !== 'named') return
    const { scores, ...picture } = event.picture
    this.#list.add({ ...picture, scores: Object.fromEntries(scores.map(({ label, score }) => [label, score])) })
  }

  result(source: string, result: GuessDirResult, choice?: UnsureChoice): void {
    const { named, before, unsure, failed, skipped, notes } = result
    const counts = Object.fromEntries(result.counts.map(({ label, count }) => [label, count]))
    const files = [...failed, ...skipped].map(({ original, reason }) => ({ relative: original, reason }))
    const refusals = groupRefusals(files, source).map(refusalJson)
    this.#list.end(true, { named, before, counts, unsure, unsureBelow: choice, failed, skipped, refusals, notes })
  }

  /** When the run was broken off: what was done stays listed. */
  broken(error: unknown): void {
    this.#list.broken(error)
  }
}
