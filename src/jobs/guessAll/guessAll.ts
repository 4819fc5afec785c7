import { isFolder } from '../../dataset/look.ts'
import { CountedRefusals, type Refusal } from '../../dataset/refusals.ts'
import { UserError } from '../../errors.ts'
import { pause, SLICE } from '../../flow/pause.ts'
import { someAtOnce } from '../../flow/someAtOnce.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import type { Model } from '../../model/model.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Source, Store } from '../../storage/store.ts'
import type { GivenUp, HandOut, HandOutOptions } from './handOut.ts'
import { modelIdentity } from './identity.ts'
import { refuseInside } from './inside.ts'
import { nameBatch } from './nameBatch.ts'
import { type Batch, isInShard, picturesOf, planBatches, type Shard } from './plan.ts'
import { ResultsFolder } from './resultsFolder.ts'
import type { ResultRow } from './rows.ts'

/** What may be chosen for naming all pictures of a place; everything has a default. */
export interface GuessAllOptions {
  readonly limits?: Partial<DecodeLimits>
  /** Only the batches of this share: several processes with one share each do all of them. */
  readonly shard?: Shard | undefined
  /** The work is given to the workers of a queue; nothing is named here. */
  readonly queue?: HandOutOptions | undefined
  readonly onEvent?: (event: GuessAllEvent) => void
  readonly signal?: AbortSignal | undefined
}

export type GuessAllEvent =
  /** While the source is listed. */
  | { readonly kind: 'listing'; readonly pictures: number }
  /** `before` pictures were done by earlier runs or others, `pictures` are left. */
  | { readonly kind: 'planned'; readonly pictures: number; readonly before: number }
  | { readonly kind: 'named'; readonly done: number; readonly total: number; readonly failed: number }
  /** With a queue: how many workers there are, where its server tells. */
  | { readonly kind: 'workers'; readonly workers: number | undefined }
  /** With a queue: it, or a store, does not answer, and is waited for. */
  | { readonly kind: 'waiting'; readonly reason: string }

/** What was not named, or left out, and why. */
interface NotNamed {
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
  /** All of both by the reason, the largest group first; each names a few. */
  readonly refusals: readonly Refusal[]
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
  readonly #refusals = new CountedRefusals(EXAMPLES)
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
    const handOut = await this.#openQueue()
    try {
      return await this.#performAll(handOut)
    } finally {
      await handOut?.close()
    }
  }

  async #openQueue(): Promise<HandOut | undefined> {
    const { queue } = this.#options
    if (!queue) return undefined
    const { HandOut } = await import('./handOut.ts')
    return await HandOut.open(queue, {
      model: this.#identity,
      source: this.#source.address,
      results: this.#store.address,
    })
  }

  async #performAll(handOut: HandOut | undefined): Promise<GuessAllResult> {
    const { labels } = this.#model
    const heading = { model: this.#identity, labels, source: this.#source.address }
    const results = await ResultsFolder.open(this.#store, heading)
    const done = await results.done(this.#options.signal)
    const before = await this.#tell(done)
    await (handOut ? this.#giveOut(handOut, results, done) : this.#nameAll(results, done))
    return {
      ...this.#counts,
      before,
      examples: this.#examples,
      refusals: this.#refusals.groups((await isFolder(this.#source.address)) ? this.#source.address : undefined),
    }
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

  async #giveOut(handOut: HandOut, results: ResultsFolder, done: ReadonlySet<string>): Promise<void> {
    const { signal, onEvent } = this.#options
    const givenUp = await handOut.perform(this.#left(done), results, {
      signal,
      onPart: rows => this.#countRows(rows),
      onWorkers: workers => onEvent?.({ kind: 'workers', workers }),
      onWaiting: reason => onEvent?.({ kind: 'waiting', reason }),
    })
    if (givenUp.length > 0) throw notDone(givenUp)
  }

  async *#left(done: ReadonlySet<string>): AsyncGenerator<Batch> {
    for await (const batch of this.#batches()) if (!done.has(batch.id)) yield batch
  }

  async *#batches(): AsyncGenerator<Batch> {
    const { shard, signal } = this.#options
    for await (const batch of planBatches(picturesOf(this.#source, { signal }), this.#identity)) {
      if (!shard || isInShard(batch, shard)) yield batch
    }
  }

  async #nameAll(results: ResultsFolder, done: ReadonlySet<string>): Promise<void> {
    await someAtOnce(this.#left(done), AT_ONCE, batch => this.#name(batch, results))
  }

  async #name(batch: Batch, results: ResultsFolder): Promise<void> {
    const { signal } = this.#options
    const places = { source: this.#source, results, limits: this.#limits, signal, pictures: this.#total }
    this.#countRows((await nameBatch(this.#model, batch, places)).rows)
  }

  #countRows(rows: readonly ResultRow[]): void {
    for (const { key, error } of rows) {
      if (error === undefined) this.#counts.named++
      else {
        note(this.#examples.failed, ++this.#counts.failed, { key, reason: error })
        this.#refusals.add({ relative: key, reason: error })
      }
    }
    const { named, failed } = this.#counts
    this.#options.onEvent?.({ kind: 'named', done: named + failed, total: this.#total, failed })
  }

  #skip(key: string, reason: string): void {
    note(this.#examples.skipped, ++this.#counts.skipped, { key, reason })
    this.#refusals.add({ relative: key, reason })
  }
}

function note(examples: NotNamed[], count: number, example: NotNamed): void {
  if (count <= EXAMPLES) examples.push(example)
}

function notDone(givenUp: readonly GivenUp[]): UserError {
  const pictures = givenUp.reduce((sum, { batch }) => sum + batch.items.length, 0)
  const message = `${pictures} pictures were given up by the workers: ${givenUp[0]!.reason.replace(/\.$/, '')}.`
  const hint = 'Put right what it says and run the same command again: what is done is not done twice.'
  return new UserError('E_GIVEN_UP', message, { hint })
}
