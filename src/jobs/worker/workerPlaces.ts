import { stat } from 'node:fs/promises'
import { isInsideByName } from '../../disk/inside.ts'
import { UserError } from '../../errors.ts'
import type { BatchJob } from '../../queue/batchJob.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Source, Store } from '../../storage/store.ts'
import type { FolderForm } from '../guessAll/folderForm.ts'
import { refuseInside } from '../guessAll/inside.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { OtherJob } from './handedBatch.ts'

/** Where one job's pictures are and its part goes. */
export interface JobPlaces {
  readonly source: Source
  readonly results: ResultsFolder
}

/**
 * Where this worker may read and write: what its own flags name, and below. A job is done there or not at all, so that nobody
 * who writes into the queue can make a worker read or write elsewhere.
 */
export class WorkerPlaces {
  readonly #source: Source
  readonly #results: Store
  readonly #form: FolderForm
  readonly #opened = new Map<string, Promise<JobPlaces>>()

  private constructor(source: Source, results: Store, form: FolderForm) {
    this.#source = source
    this.#results = results
    this.#form = form
  }

  /** @throws UserError as `openSource` and `openStore` do, `E_DESTINATION_INSIDE` */
  static async open(source: string, results: string, form: FolderForm): Promise<WorkerPlaces> {
    if ((await stat(source).catch(() => undefined))?.isFile()) {
      throw new UserError('E_BAD_VALUE', `A worker can't take the list "${source}".`, {
        hint: 'Give what all its addresses begin with: --source https://HOST/FOLDER/.',
      })
    }
    const [from, to] = [await openSource(source), await openStore(results)]
    refuseInside(from, to, form.what)
    return new WorkerPlaces(from, to, form)
  }

  /** @throws OtherJob for places outside; UserError for results that are not there, or of another model */
  async of(job: BatchJob): Promise<JobPlaces> {
    const name = JSON.stringify([job.source, job.results])
    const opened = this.#opened.get(name) ?? this.#open(job)
    this.#opened.set(name, opened)
    try {
      return await opened
    } catch (error) {
      this.#opened.delete(name)
      throw error
    }
  }

  async #open({ source, results, model }: BatchJob): Promise<JobPlaces> {
    const { what, command } = this.#form
    const remedy = `Give this worker the --source and --${what} of ${command}, or places that hold them.`
    const pictures = await below(source, this.#source, ['--source', remedy], openSource)
    const store = await below(results, this.#results, [`--${what}`, remedy], openStore)
    refuseInside(pictures, store, what)
    const folder = await ResultsFolder.existing(store, this.#form)
    if (folder.heading.model !== model || folder.heading.source !== source) {
      throw new OtherJob(`The ${what} in "${store.address}" are not those that the jobs in the queue are for.`, remedy)
    }
    return { source: pictures, results: folder }
  }
}

/**
 * The place of a job, if it is this worker's own or below it. A folder is the worker's own also where the planner knows it by
 * another path.
 */
async function below<T extends Source>(
  place: string,
  own: T,
  [flag, remedy]: readonly [string, string],
  open: (address: string) => Promise<T>,
): Promise<T> {
  const { address } = own
  const [kind, ownKind] = [kindOf(place), kindOf(address)]
  if (place === address) return own
  if (ownKind === 's3' && kind === 's3' && place.startsWith(address)) return await open(place)
  // The list itself is a file of the planner's; the worker is told the addresses.
  if (ownKind === 'https' && kind === 'folder') return own
  if (ownKind === 'folder' && kind === 'folder') {
    if (!isInsideByName(address, place)) return own
    const opened = await open(place)
    if (isInsideByName(address, opened.address)) return opened // a link in it may lead out
  }
  const message = `The jobs in the queue are of "${place}", which is not within this worker's ${flag} "${address}".`
  throw new OtherJob(message, remedy)
}

function kindOf(address: string): 's3' | 'https' | 'folder' {
  if (/^s3:\/\//i.test(address)) return 's3'
  return /^https?:\/\//i.test(address) ? 'https' : 'folder'
}
