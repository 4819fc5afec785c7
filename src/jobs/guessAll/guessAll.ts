import { isFolder } from '../../dataset/look.ts'
import { UserError } from '../../errors.ts'
import { pause, SLICE } from '../../flow/pause.ts'
import { someAtOnce } from '../../flow/someAtOnce.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import type { Model } from '../../model/model.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Source, Store } from '../../storage/store.ts'
import type { HandOut } from './handOut.ts'
import { modelIdentity } from './identity.ts'
import { refuseInside } from './inside.ts'
import { nameBatch } from './nameBatch.ts'
import type { GuessAllOptions, GuessAllResult } from './options.ts'
import { type Batch, picturesOf } from './plan.ts'
import { ResultsFolder } from './resultsFolder.ts'
import { decodeRows, type ResultRow } from './rows.ts'
import { Tally } from './tally.ts'
import { planWork, type WorkPlan } from './workPlan.ts'

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
  readonly #tally = new Tally()

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
    const places = { model: this.#identity, source: this.#source.address, results: this.#store.address }
    const { queue } = this.#options
    const handOut = queue && (await (await import('./handOut.ts')).HandOut.open(queue, places))
    try {
      return await this.#performAll(handOut)
    } finally {
      await handOut?.close()
    }
  }

  async #performAll(handOut: HandOut | undefined): Promise<GuessAllResult> {
    const { shard, signal, onEvent } = this.#options
    const { labels } = this.#model
    const { address } = this.#source
    const results = await ResultsFolder.open(this.#store, { model: this.#identity, labels, source: address })
    const done = await results.done(signal)
    const plan = await planWork(() => picturesOf(this.#source, { signal }), this.#identity, done, shard)
    onEvent?.({ kind: 'planned', pictures: plan.pictures, before: plan.before })
    await (handOut ? this.#giveOut(handOut, results, plan) : this.#nameAll(results, plan))
    return this.#tally.result(plan.before, (await isFolder(address)) ? address : undefined)
  }

  /** Lists once, to learn whether there is anything at all before something is written. */
  async #count(): Promise<void> {
    const { onEvent, signal } = this.#options
    let pictures = 0
    const onSkipped = (key: string, reason: string) => this.#tally.skip(key, reason)
    for await (const _ of picturesOf(this.#source, { onSkipped, signal })) {
      if (++pictures % SLICE !== 0) continue
      onEvent?.({ kind: 'listing', pictures })
      await pause(signal)
    }
    if (pictures > 0) return
    const message = `There are no pictures in "${this.#source.address}"${this.#tally.leftOut}.`
    throw new UserError('E_NO_PICTURES', message, { hint: 'Check the address.' })
  }

  async #giveOut(handOut: HandOut, results: ResultsFolder, { left, pictures }: WorkPlan): Promise<void> {
    const { signal, onEvent } = this.#options
    await handOut.perform(left(), {
      signal,
      rowsOf: async id => {
        const part = await results.find(id, signal)
        return part && (await decodeRows(part, this.#model.labels))
      },
      onPart: rows => this.#add(rows, pictures),
      onFleet: event => onEvent?.(event),
    })
  }

  async #nameAll(results: ResultsFolder, { left, pictures }: WorkPlan): Promise<void> {
    const places = { source: this.#source, results, limits: this.#limits, signal: this.#options.signal, pictures }
    const name = async (batch: Batch) => {
      this.#add((await nameBatch(this.#model, batch, places)).rows, pictures)
    }
    await someAtOnce(left(), AT_ONCE, name)
  }

  #add(rows: readonly ResultRow[], total: number): void {
    this.#tally.add(rows)
    const { done, failed } = this.#tally
    this.#options.onEvent?.({ kind: 'named', done, total, failed })
  }
}
