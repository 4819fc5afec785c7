import { CountedRefusals } from '../../dataset/refusals.ts'
import type { GuessAllResult, NotNamed } from './options.ts'
import type { ResultRow } from './rows.ts'

/** Examples kept of what was not named. */
const EXAMPLES = 20

/** Counts what becomes of the pictures of a run. */
export class Tally {
  readonly #counts = { named: 0, failed: 0, skipped: 0 }
  readonly #examples = { failed: [] as NotNamed[], skipped: [] as NotNamed[] }
  readonly #refusals = new CountedRefusals(EXAMPLES)

  /** Pictures that could not be named. */
  get failed(): number {
    return this.#counts.failed
  }

  /** Pictures that have a row. */
  get done(): number {
    return this.#counts.named + this.#counts.failed
  }

  add(rows: readonly ResultRow[]): void {
    for (const { key, error } of rows) {
      if (error === undefined) this.#counts.named++
      else this.#note('failed', key, error)
    }
  }

  /** Counts what was left out. */
  skip(key: string, reason: string): void {
    this.#note('skipped', key, reason)
  }

  /** What was left out, in words behind a sentence; empty where nothing was. */
  get leftOut(): string {
    const [first] = this.#examples.skipped
    return first ? ` (${this.#counts.skipped} were left out, the first: ${first.key}, ${first.reason})` : ''
  }

  /** @param before pictures that were done before; @param folder where the pictures lie, if that is one */
  result(before: number, folder: string | undefined): GuessAllResult {
    return { ...this.#counts, before, examples: this.#examples, refusals: this.#refusals.groups(folder) }
  }

  #note(what: 'failed' | 'skipped', key: string, reason: string): void {
    if (++this.#counts[what] <= EXAMPLES) this.#examples[what].push({ key, reason })
    this.#refusals.add({ relative: key, reason })
  }
}
