import { UserError } from '../../errors.ts'
import { array, fits, literal, looseObject, name, sha256 } from '../../schema.ts'
import { notCreateOnly } from '../../storage/s3Error.ts'
import { type Item, ItemError, type Store } from '../../storage/store.ts'
import { quoted } from '../../text.ts'
import { type FolderForm, otherForm, RESULTS } from './folderForm.ts'

const FORMAT = 1
/** Far more than a marker has. */
const LARGEST_MARKER = 10e6
const PART = /^([0-9a-f]{64})\.parquet$/
/** What a process that was killed while it wrote a part of ours has left. */
const PART_DRAFT = /^\.[0-9a-f]{50}\.[0-9a-f]{12}\.tmp$/
/** Nobody writes at one part for so long, in milliseconds, whatever the clocks say. */
const STALE_MS = 86_400_000
/** Far more than a part of 256 rows has. */
const LARGEST_PART = 256e6

/** What all parts of a results folder have in common. */
export interface ResultsHeading {
  /** See `modelIdentity`. */
  readonly model: string
  /** In the model's order. */
  readonly labels: readonly string[]
  /** Where the pictures are. */
  readonly source: string
}

const headingSchema = looseObject({ format: literal(FORMAT), model: sha256, labels: array(name), source: name })

/** A part that is there. */
export interface StoredPart {
  readonly id: string
  readonly item: Item
}

/**
 * A folder of immutable parts, one a batch, in a store: a part that is there is a batch that is done. Any number of
 * processes write into it at once.
 */
export class ResultsFolder {
  readonly store: Store
  readonly heading: ResultsHeading
  readonly #parts: Store
  readonly #further: Store | undefined

  private constructor(store: Store, heading: ResultsHeading, { folder, further }: FolderForm) {
    this.store = store
    this.heading = heading
    this.#parts = store.inside(folder)
    this.#further = further === undefined ? undefined : store.inside(further)
  }

  /**
   * Opens a results folder, and makes it where it is none yet.
   *
   * @throws UserError `E_OTHER_RESULTS` for one of another form, model or source; `E_STORE` where one writer could go over
   *   another
   */
  static async open(store: Store, heading: ResultsHeading, form = RESULTS): Promise<ResultsFolder> {
    const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT, ...heading }, undefined, 2)}\n`)
    const { marker } = form
    await checkForm(store, form)
    const found = await readHeading(store, form)
    if (found) checkSame(store, found, heading, form)
    const isNew = await store.putNew(marker, bytes)
    // Asked once more, a store that keeps its word says no.
    if ((found && isNew) || (isNew && (await store.putNew(marker, bytes)))) {
      if (!found) await store.remove(marker)
      throw notCreateOnly(store.address)
    }
    // One of the other form may have been made in the same moment: then neither goes on.
    await checkForm(store, form).catch(async error => {
      if (isNew) await store.remove(marker)
      throw error
    })
    if (!found && !isNew) checkSame(store, (await readHeading(store, form)) ?? heading, heading, form)
    return new ResultsFolder(store, heading, form)
  }

  /** Opens what runs have left. @throws UserError `E_NO_RESULTS` */
  static async existing(store: Store, form = RESULTS): Promise<ResultsFolder> {
    const heading = await readHeading(store, form)
    if (heading) return new ResultsFolder(store, heading, form)
    const other = otherForm(form)
    const isOther = (await store.look(other.marker)) !== undefined
    const which = isOther ? `: it holds ${other.what}, which ${other.command} wrote` : ''
    const hint = isOther
      ? other.use(quoted(store.address))
      : `Give the folder that ${form.command} wrote its ${form.what} to.`
    throw new UserError('E_NO_RESULTS', `There are no ${form.what} in "${store.address}"${which}.`, { hint })
  }

  /** The parts that are there. */
  async *parts(signal?: AbortSignal): AsyncGenerator<StoredPart> {
    for await (const item of this.#parts.list({ signal })) {
      const id = PART.exec(item.key)?.[1]
      if (id !== undefined) yield { id, item }
    }
  }

  /** Ids of the batches that are done. What killed writers left a day ago is removed meanwhile. */
  async done(signal?: AbortSignal): Promise<Set<string>> {
    const ids = new Set<string>()
    for await (const item of this.#parts.list({ signal })) {
      const id = PART.exec(item.key)?.[1]
      if (id !== undefined) ids.add(id)
      else await dropStale(this.#parts, item, signal)
    }
    if (this.#further)
      for await (const item of this.#further.list({ signal })) await dropStale(this.#further, item, signal)
    return ids
  }

  /** False when somebody else was first: the part is there all the same. */
  async put(id: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return await this.#parts.putNew(`${id}.parquet`, bytes, signal)
  }

  /** A batch's part, if it is there. */
  async find(id: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      const item = { key: `${id}.parquet`, size: undefined, etag: '' }
      return await this.#parts.read(item, { most: LARGEST_PART, signal })
    } catch (error) {
      if (error instanceof ItemError && error.kind === 'gone') return undefined
      throw error
    }
  }

  async read({ item }: StoredPart, signal?: AbortSignal): Promise<Uint8Array> {
    return await this.#parts.read(item, { most: LARGEST_PART, signal })
  }
}

async function dropStale(store: Store, { key, modified }: Item, signal: AbortSignal | undefined): Promise<void> {
  if (PART_DRAFT.test(key) && modified < Date.now() - STALE_MS) await store.remove(key, signal)
}

async function readHeading(store: Store, { marker, what }: FolderForm): Promise<ResultsHeading | undefined> {
  let text: string
  try {
    const bytes = await store.read({ key: marker, size: undefined, etag: '' }, { most: LARGEST_MARKER })
    text = Buffer.from(bytes).toString()
  } catch (error) {
    if (!(error instanceof ItemError)) throw error
    if (error.kind === 'gone') return undefined
    const message = `"${store.address}" can't be used for ${what}: ${marker} can't be read there (${error.message}).`
    throw new UserError('E_OTHER_RESULTS', message, { hint: 'Choose another folder.', cause: error })
  }
  const said: unknown = parsed(text)
  if (fits<ResultsHeading>(headingSchema, said)) return said
  const hint = 'Choose another results folder, or update itc if a newer one wrote it.'
  throw new UserError('E_OTHER_RESULTS', `"${store.address}" holds an ${marker} that is not one of ours.`, { hint })
}

async function checkForm(store: Store, form: FolderForm): Promise<void> {
  const { marker, what, command } = otherForm(form)
  if ((await store.look(marker)) === undefined) return
  const message = `"${store.address}" holds ${what}, which ${command} wrote, and can't hold ${form.what} as well.`
  throw new UserError('E_OTHER_RESULTS', message, { hint: `Choose another folder for these ${form.what}.` })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checkSame(
  { address }: Store,
  found: ResultsHeading,
  { model, source }: ResultsHeading,
  { what, marker }: FolderForm,
): void {
  const other = (message: string, hint: string) => new UserError('E_OTHER_RESULTS', message, { hint })
  if (found.model !== model) {
    throw other(
      `The ${what} in "${address}" are of another ${what === 'results' ? 'model' : 'network'}, or of other limits (--max-pixels and the like).`,
      `Choose another folder for these ${what}: rows of two models are not mixed.`,
    )
  }
  if (found.source !== source) {
    throw other(
      `The ${what} in "${address}" are of "${found.source}", not of "${source}".`,
      `Choose another folder. If it is the same place by another name, change "source" in ${marker} there.`,
    )
  }
}
