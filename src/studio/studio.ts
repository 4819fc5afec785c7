import { join } from 'node:path'
import { HELD_WHY } from '../jobs/next/reason.ts'
import type { Changes, EngineState, NextPictures, StudioState } from './api.ts'
import type { CollectionChange } from './changes.ts'
import { Collection } from './collection.ts'
import { Engine } from './engine/engine.ts'
import { Feed } from './engine/feed.ts'
import { finishJob } from './engine/jobResults.ts'
import { Jobs } from './engine/jobs.ts'
import { HeldApart } from './heldApart.ts'
import { ModelFacts } from './modelState.ts'
import { Phone } from './phone/door.ts'
import { type StudioFolder, studioFolder } from './pictures/folder.ts'
import { Insights } from './pictures/insights.ts'
import { choosePart, partsOf } from './pictures/parts.ts'
import type { Difference } from './pictures/table.ts'
import { ResultsFile } from './results.ts'
import { Hub } from './server/hub.ts'
import { SettingsFile } from './settings.ts'
import { stateOf, untrainable } from './state.ts'
import { Thumbnails } from './thumbnails/thumbnails.ts'
import { type UploadLimits, Uploads } from './uploads.ts'

export interface StudioOptions {
  readonly unlabeled?: string | undefined
  readonly readOnly?: boolean
  /** Without it nothing is guessed: pictures are sorted by hand. */
  readonly engine?: boolean
  /** What an engine's and a job's process runs; the built ones unless given. */
  readonly script?: string
  /** Less than is taken in otherwise, and how many pictures of a phone. */
  readonly limits?: Partial<UploadLimits> & { readonly fromPhone?: number }
}

/** Everything behind the page, for one working folder. */
export class Studio {
  readonly folder: StudioFolder
  readonly collection: Collection
  readonly insights = new Insights()
  readonly hub = new Hub()
  readonly thumbnails: Thumbnails
  readonly settings: SettingsFile
  readonly results: ResultsFile
  readonly held: HeldApart
  readonly model: ModelFacts
  readonly uploads: Uploads
  readonly phone: Phone
  readonly engine: Engine
  readonly jobs: Jobs
  readonly #feed: Feed
  readonly #engineWanted: boolean
  #closed = false
  /** Something has changed since the last state was looked at. */
  #untold = false
  #telling: Promise<void> | undefined

  private constructor(
    folder: StudioFolder,
    collection: Collection,
    settings: SettingsFile,
    results: ResultsFile,
    held: HeldApart,
    options: StudioOptions,
  ) {
    this.folder = folder
    this.collection = collection
    this.settings = settings
    this.results = results
    this.held = held
    this.thumbnails = new Thumbnails(collection)
    this.model = new ModelFacts(collection)
    this.uploads = new Uploads(collection, options.limits)
    this.phone = new Phone(this.uploads, () => void this.tellState(), options.limits?.fromPhone)
    this.#engineWanted = options.engine !== false
    this.engine = new Engine(
      folder.root,
      {
        onState: state => this.#onEngine(state),
        onOpinions: opinions => this.#feed.take(opinions),
        onStart: () => this.#feed.all(),
      },
      options.script,
    )
    this.#feed = new Feed(this.engine, collection, this.insights, () => this.#onSuggestions())
    const { root: tfFiles, unlabeled, exports } = folder
    this.jobs = new Jobs(
      {
        order: { tfFiles, unlabeled, exports },
        untrainable: () => untrainable(collection.table),
        tell: state => this.hub.tell('job', state),
        finish: async (request, result) => {
          const outcome = await finishJob(this, request, result)
          if (request.kind === 'train') this.modelChanged()
          else void this.tellState()
          // What is doubtful is looked up anew after each training: all it needs is in the cache.
          if (request.kind === 'train') setTimeout(() => this.#examine(), EXAMINE_AFTER_MS).unref()
          return outcome
        },
      },
      options.script,
    )
    collection.onChange(change => void this.#onChange(change))
  }

  /** @throws UserError for a folder that can't be looked after */
  static async open(tfFiles: string, options: StudioOptions = {}): Promise<Studio> {
    const whole = studioFolder(tfFiles, options.unlabeled)
    const parts = await partsOf(whole)
    if (!options.readOnly) await choosePart(whole, parts)
    const folder = { ...whole, data: join(whole.data, parts.part), kept: parts.kept }
    const collection = await Collection.open(folder, { readOnly: options.readOnly === true })
    const settings = await SettingsFile.read(folder.settings)
    const results = await ResultsFile.read(folder.results, options.readOnly === true)
    const held = await HeldApart.read(collection)
    const studio = new Studio(folder, collection, settings, results, held, options)
    results.apply(studio.insights, collection, await studio.model.state())
    if (options.engine !== false) studio.engine.start()
    return studio
  }

  /** What the page's frame shows. */
  state(): Promise<StudioState> {
    return stateOf(this)
  }

  /** Of the head that follows the labels. */
  get live(): StudioState['live'] {
    return this.#feed.live
  }

  /** Looks at the disk: the page came back, or a while has passed, or the system says so. */
  async rescan(): Promise<void> {
    this.#tellFiles(await this.collection.rescan())
  }

  /** The same, given up when something is changed here meanwhile. @returns whether it was not */
  async glance(): Promise<boolean> {
    const difference = await this.collection.glance()
    if (difference) this.#tellFiles(difference)
    return difference !== undefined
  }

  #tellFiles({ added, gone }: Difference): void {
    if (added.length + gone.length === 0) return
    const { revision } = this.collection.table
    this.hub.tell('files', { revision, added: added.length, gone: gone.length, changed: 0 })
  }

  async close(reason: string): Promise<void> {
    this.#closed = true
    this.hub.tell('bye', { reason })
    this.jobs.close()
    await this.engine.close()
    await this.phone.close()
    await this.uploads.close()
    await this.thumbnails.close()
    await this.collection.close()
  }

  /** Tells the pages the newest state; one at a time, so that an older one never comes behind a newer. */
  tellState(): Promise<void> {
    this.#untold = true
    this.#telling ??= this.#tellAll()
    return this.#telling
  }

  async #tellAll(): Promise<void> {
    try {
      while (this.#untold) {
        this.#untold = false
        this.hub.tell('state', await this.state())
      }
    } finally {
      this.#telling = undefined
    }
  }

  /** What to label next, in the order of worth, every tenth of them to test by. @throws UserError `E_ENGINE` */
  async next(count: number): Promise<NextPictures['pictures']> {
    const picked = await this.engine.call('next', count)
    const opinionOf = (id: number) => this.insights.opinions.get(id)
    return this.held.mixedInto(picked, id => {
      const { label = null, score = null } = opinionOf(id) ?? {}
      return { id, guess: label, score, why: HELD_WHY }
    })
  }

  /** The engine has been asked to begin anew. */
  startEngine(): void {
    if (this.#engineWanted) this.engine.restart()
  }

  /** A training is over: the model, what it says of its mistakes, and so the guesses are others. */
  private modelChanged(): void {
    if (this.engine.state.state !== 'ended' && this.#engineWanted) {
      this.engine.call('reload', undefined).catch(() => undefined)
    }
    void this.tellState()
  }

  #examine(): void {
    if (!this.jobs.running && !this.#closed) this.jobs.start({ kind: 'examine' })
  }

  async #onChange(change: CollectionChange): Promise<void> {
    for (const { id } of change.pictures) this.insights.forgetLabel(id)
    this.#feed.changed(change)
    const { moves: _, ...told } = change
    this.hub.tell('changes', told satisfies Changes)
    await this.tellState()
  }

  #onSuggestions(): void {
    this.hub.tell('suggestions', { revision: this.collection.table.revision })
    void this.tellState()
  }

  #onEngine(state: EngineState): void {
    this.hub.tell('engine', state)
  }
}

/** After a training: its own end is told first. */
const EXAMINE_AFTER_MS = 500
