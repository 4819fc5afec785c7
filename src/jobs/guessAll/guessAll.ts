import { UserError } from '../../errors.ts'
import { pause, SLICE } from '../../flow/pause.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import type { Model } from '../../model/model.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Source, Store } from '../../storage/store.ts'
import { modelIdentity } from './identity.ts'
import { refuseInside } from './inside.ts'
import { nameBatch } from './nameBatch.ts'
import { type Batch, isInShard, picturesOf, planBatches, type Shard } from './plan.ts'
import { ResultsFolder } from './resultsFolder.ts'

/** What may be chosen for naming all pictures of a place; everything has a default. */
export interface GuessAllOptions {
  readonly limits?: Partial<DecodeLimits>
  /** Only the batches of this share: several processes with one share each do all of them. */
  readonly shard?: Shard | undefined
  readonly onEvent?: (event: GuessAllEvent) => void
  readonly signal?: AbortSignal | undefined
}

export type GuessAllEvent =
  /** While the source is listed. */
  | { readonly kind: 'listing'; readonly pictures: number }
  /** `before` pictures were done by earlier runs or others, `pictures` are left. */
  | { readonly kind: 'planned'; readonly pictures: number; readonly before: number }
  | { readonly kind: 'named'; readonly done: number; readonly total: number; readonly failed: number }

/** What was not named, or left out, and why. */
export interface NotNamed {
  readonly key: string
  readonly reason: string
}

export interface GuessAllResult {
  /** Pictures that this run named, those that could not be named not among them. */
  readonly named: number
  /** Pictures whose part was there already. */
  readonly before: number
  /** Pictures that could not be named; the table has a row with the reason for each. */
  readonly failed: number
  /** What was left out, and has no row. */
  readonly skipped: number
  /** The first of both kinds. */
  readonly examples: { readonly failed: readonly NotNamed[]; readonly skipped: readonly NotNamed[] }
}

/** Examples kept of what was not named. */
const EXAMPLES = 20
/** Batches under way: while the part of one is written, the next one's pictures are decoded. */
const AT_ONCE = 2

/**
 * Names every picture of a folder, a bucket or a list of addresses, and writes a table in parts, each of them created once
 * and never changed. A part that is there is not done again: a run that was stopped is gone on with by the next, and any
 * number of processes may share the work.
 *
 * @param source a folder, `s3://BUCKET/FOLDER/`, or a text file of `https://` addresses
 * @param results a folder or `s3://BUCKET/FOLDER/`; made if absent
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function guessAll(
  model: Model,
  source: string,
  results: string,
  options: GuessAllOptions = {},
): Promise<GuessAllResult> {
  const [from, to] = [await openSource(source), await openStore(results)]
  return await new Run(model, from, to, options).perform()
}

/** One run, to be performed once. */
class Run {
  readonly #model: Model
  readonly #source: Source
  readonly #store: Store
  readonly #limits: DecodeLimits
  readonly #identity: string
  readonly #options: GuessAllOptions
  readonly #counts = { named: 0, before: 0, failed: 0, skipped: 0 }
  readonly #examples = { failed: [] as NotNamed[], skipped: [] as NotNamed[] }
  #total = 0

  constructor(model: Model, source: Source, store: Store, options: GuessAllOptions) {
    this.#model = model
    this.#source = source
    this.#store = store
    this.#options = options
    this.#limits = limitsWith(options.limits)
    this.#identity = modelIdentity(model.manifest, this.#limits)
  }

  async perform(): Promise<GuessAllResult> {
    refuseInside(this.#source, this.#store, 'results')
    await this.#count()
    const { labels } = this.#model
    const heading = { model: this.#identity, labels, source: this.#source.address }
    const results = await ResultsFolder.open(this.#store, heading)
    const done = await results.done(this.#options.signal)
    const before = await this.#tell(done)
    await this.#nameAll(results, done)
    return { ...this.#counts, before, examples: this.#examples }
  }

  /** Lists once, to learn whether there is anything at all before something is written. */
  async #count(): Promise<void> {
    const { onEvent, signal } = this.#options
    let pictures = 0
    for await (const _ of picturesOf(this.#source, { onSkipped: (key, reason) => this.#skip(key, reason), signal })) {
      if (++pictures % SLICE !== 0) continue
      onEvent?.({ kind: 'listing', pictures })
      await pause(signal)
    }
    if (pictures > 0) return
    const passed = this.#examples.skipped[0]
    const left = passed ? ` (${this.#counts.skipped} were left out, the first: ${passed.key}, ${passed.reason})` : ''
    throw new UserError('E_NO_PICTURES', `There are no pictures in "${this.#source.address}"${left}.`, {
      hint: 'Check the address.',
    })
  }

  /** @returns pictures of this share that are done */
  async #tell(done: ReadonlySet<string>): Promise<number> {
    let before = 0
    for await (const { id, items } of this.#batches()) {
      if (done.has(id)) before += items.length
      else this.#total += items.length
    }
    this.#options.onEvent?.({ kind: 'planned', pictures: this.#total, before })
    return before
  }

  async *#batches(): AsyncGenerator<Batch> {
    const { shard, signal } = this.#options
    for await (const batch of planBatches(picturesOf(this.#source, { signal }), this.#identity)) {
      if (!shard || isInShard(batch, shard)) yield batch
    }
  }

  async #nameAll(results: ResultsFolder, done: ReadonlySet<string>): Promise<void> {
    const underWay = new Set<Promise<unknown>>()
    const failures: unknown[] = []
    try {
      for await (const batch of this.#batches()) {
        if (done.has(batch.id)) continue
        const task: Promise<unknown> = this.#name(batch, results)
          .catch(error => failures.push(error))
          .then(() => underWay.delete(task))
        underWay.add(task)
        if (underWay.size >= AT_ONCE) await Promise.race(underWay)
        if (failures.length > 0) break
      }
    } finally {
      await Promise.all(underWay) // nothing goes on when the caller frees the model
    }
    if (failures.length > 0) throw failures[0]
  }

  async #name(batch: Batch, results: ResultsFolder): Promise<void> {
    const { signal, onEvent } = this.#options
    const places = { source: this.#source, results, limits: this.#limits, signal, pictures: this.#total }
    const { rows } = await nameBatch(this.#model, batch, places)
    for (const { key, error } of rows) {
      if (error === undefined) this.#counts.named++
      else note(this.#examples.failed, ++this.#counts.failed, { key, reason: error })
    }
    const { named, failed } = this.#counts
    onEvent?.({ kind: 'named', done: named + failed, total: this.#total, failed })
  }

  #skip(key: string, reason: string): void {
    note(this.#examples.skipped, ++this.#counts.skipped, { key, reason })
  }
}

function note(examples: NotNamed[], count: number, example: NotNamed): void {
  if (count <= EXAMPLES) examples.push(example)
}
