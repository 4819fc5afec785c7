import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { guessAhead, type NamingModel } from './ahead.ts'
import { BatchWriter } from './batches.ts'
import { isUnsure, layoutOfName, rowOfGuess } from './guessRow.ts'
import { namesIn, removeDrafts } from './leftovers.ts'
import { comparePaths, Namer } from './naming.ts'
import {
  EXTENDED_LOST,
  type GuessDirOptions,
  type GuessDirResult,
  type NamedPicture,
  type Problem,
  SORTED_OTHERWISE,
} from './options.ts'
import { RESULTS_NAME, type Recorded, Results, readResults } from './results.ts'
import { type Resumption, resume } from './resume.ts'
import { type Entry, type Row, TABLE_VERSION } from './row.ts'
import { requirePictures, type SourcePicture, type SourceScan } from './scan.ts'

/** One run over a scanned source; to be performed, or rehearsed, once. */
export class Run {
  readonly #model: NamingModel
  readonly #source: string
  readonly #destination: string
  readonly #scan: SourceScan
  readonly #options: GuessDirOptions
  readonly #failed: Problem[]
  #done = 0
  #total = 0

  constructor(model: NamingModel, source: string, destination: string, scan: SourceScan, options: GuessDirOptions) {
    this.#model = model
    this.#source = source
    this.#destination = destination
    this.#scan = scan
    this.#options = options
    this.#failed = [...scan.failed]
  }

  async perform(): Promise<GuessDirResult> {
    const present = await removeDrafts(this.#destination)
    const { kept, todo, version } = await this.#resume(false)
    const namer = new Namer([...present, ...kept.map(({ name }) => name)])
    const { labels } = this.#model
    const results = await Results.open(join(this.#destination, RESULTS_NAME), { labels, version }, kept)
    const writer = new BatchWriter(results, namer, {
      source: this.#scan.root,
      destination: this.#destination,
      move: this.#options.move === true,
      signal: this.#options.signal,
      onNamed: picture => this.#named(picture),
      onFailed: problem => this.#fail(problem),
    })
    try {
      await results.append(this.#scan.failed.map(row => ({ row, source: this.#scan.root, sha256: '' })))
      for await (const [row, picture] of this.#rows(todo, namer)) await writer.add(row, picture)
      await writer.flush()
      await tidy(results, writer.stale)
      return this.#result(kept.length, results.entries, [
        ...(writer.extendedLost ? [EXTENDED_LOST] : []),
        ...this.#otherwise(kept),
      ])
    } finally {
      await writer.idle()
      await results.close()
    }
  }

  async rehearse(): Promise<GuessDirResult> {
    const present = await namesIn(this.#destination)
    const { kept, todo } = await this.#resume(true)
    const namer = new Namer([...present, ...kept.map(({ name }) => name)])
    const entries: { name: string; label: string }[] = [...kept]
    for await (const [row] of this.#rows(todo, namer)) {
      if ('reason' in row) this.#fail(row)
      else {
        entries.push({ name: row.name, label: row.label })
        this.#named(row)
      }
    }
    return this.#result(kept.length, entries, this.#otherwise(kept))
  }

  async #resume(rehearsal: boolean): Promise<Resumption & Pick<Recorded, 'version'>> {
    const recorded = await readResults(join(this.#destination, RESULTS_NAME))
    if (recorded) this.#checkLabels(recorded)
    const move = this.#options.move === true
    const { root, pictures } = this.#scan
    const resumption = await resume(recorded?.entries ?? [], root, pictures, this.#destination, {
      move,
      rehearsal,
    })
    if (this.#failed.length + resumption.kept.length === 0) requirePictures(this.#source, this.#scan)
    this.#total = resumption.todo.length
    this.#options.onEvent?.({ kind: 'scanned', pictures: this.#total, before: resumption.kept.length })
    return { ...resumption, version: recorded?.version ?? TABLE_VERSION }
  }

  #otherwise(kept: readonly Entry[]): string[] {
    const { into = 'flat' } = this.#options
    return kept.some(({ name }) => ![into, undefined].includes(layoutOfName(name))) ? [SORTED_OTHERWISE] : []
  }

  #checkLabels({ labels }: Recorded): void {
    const own = this.#model.labels
    if (own.length === labels.length && own.every((label, index) => label === labels[index])) return
    throw new UserError(
      'E_OTHER_LABELS',
      `"${join(this.#destination, RESULTS_NAME)}" is of a model with other categories.`,
      {
        hint: 'Choose another destination for this model, or take that run back with --undo.',
      },
    )
  }

  /** Names pictures, in order. */
  async *#rows(todo: readonly SourcePicture[], namer: Namer): AsyncGenerator<readonly [Row, SourcePicture]> {
    const { limits, signal, unsure, into } = this.#options
    const paths = todo.map(({ path }) => path)
    const guesses = guessAhead(this.#model, paths, { limits, signal })
    let at = 0
    for await (const guess of guesses) {
      const picture = todo[at++]!
      yield [rowOfGuess(picture.original, guess, this.#model.labels, namer, unsure, into), picture]
    }
  }

  #named(picture: NamedPicture): void {
    this.#done++
    this.#options.onEvent?.({ kind: 'named', picture, done: this.#done, total: this.#total })
  }

  #fail(problem: Problem): void {
    this.#done++
    this.#failed.push(problem)
    this.#options.onEvent?.({ kind: 'failed', problem, done: this.#done, total: this.#total })
  }

  #result(before: number, entries: readonly Pick<Entry, 'name' | 'label'>[], notes: readonly string[]): GuessDirResult {
    const counts = new Map<string, number>()
    for (const { name, label } of entries)
      if (name !== '' && !isUnsure(name)) counts.set(label, (counts.get(label) ?? 0) + 1)
    const failed = this.#failed.sort((a, b) => comparePaths(a.original, b.original))
    return {
      named: this.#done - (this.#failed.length - this.#scan.failed.length),
      before,
      counts: this.#model.labels
        .flatMap(label => ({ label, count: counts.get(label) ?? 0 }))
        .filter(({ count }) => count > 0),
      unsure: entries.filter(({ name }) => isUnsure(name)).length,
      failed,
      skipped: this.#scan.skipped,
      notes,
    }
  }
}

/** Brings rows that were added later into the order of the pictures' paths, and drops those that no longer hold. */
async function tidy(results: Results, stale: ReadonlySet<Entry>): Promise<void> {
  const { entries } = results
  const sorted = entries.filter(entry => !stale.has(entry)).sort(byOrigin)
  if (sorted.length < entries.length || sorted.some((entry, index) => entry !== entries[index]))
    await results.keep(sorted)
}

function byOrigin(a: Entry, b: Entry): number {
  return comparePaths(a.source, b.source) || comparePaths(a.original, b.original)
}
