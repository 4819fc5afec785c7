import { createHash } from 'node:crypto'
import { UserError } from '../../errors.ts'
import { array, fits, literal, looseObject, name, optional, text, tuple, whole } from '../../schema.ts'
import type { Item, Store } from '../../storage/store.ts'

const FOLDER = 'moves'
const FORMAT = 1
/** Far more than what is noted of 256 pictures. */
const LARGEST = 10e6

/** One picture's way. */
export interface Move {
  readonly item: Item
  /** Its key in the destination. */
  readonly to: string
}

/** What is noted before the pictures of a part are moved. */
interface Moves {
  readonly from: string
  readonly to: string
  readonly moves: readonly Move[]
  /** Of the destination, those that were not there; see `missingFolders`. */
  readonly folders: readonly string[]
}

export interface Note extends Moves {
  readonly name: string
}

const schema = looseObject({
  format: literal(FORMAT),
  from: name,
  to: name,
  moves: array(tuple([name, name, whole, text])),
  folders: optional(array(text)),
})

type Said = Omit<Moves, 'moves' | 'folders'> & {
  readonly moves: readonly [key: string, to: string, size: number, etag: string][]
  readonly folders?: readonly string[]
}

/**
 * Which pictures of a results folder were moved where, or were to be: an object a part and destination, created before the
 * first of its pictures moves, so that undo knows of all of them whenever the run ended.
 */
export class MoveJournal {
  readonly #store: Store

  constructor(results: Store) {
    this.#store = results.inside(FOLDER)
  }

  /** Notes what is about to be done; once it resolves the note is kept. Of another run's of the same the first stays. */
  async note(part: string, { from, to, moves, folders }: Moves, signal?: AbortSignal): Promise<void> {
    const lines = moves.map(({ item: { key, size = 0, etag }, to }) => [key, to, size, etag])
    const body = { format: FORMAT, from, to, moves: lines }
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)
    await this.#store.putNew(`${part}-${digest}.json`, Buffer.from(JSON.stringify({ ...body, folders })), signal)
  }

  /** All notes, each with its name. @throws UserError `E_PART` for one that can't be understood */
  async *notes(signal?: AbortSignal): AsyncGenerator<Note> {
    for await (const item of this.#store.list({ signal })) {
      if (!/^[0-9a-f]{64}-[0-9a-f]{16}\.json$/.test(item.key)) continue
      const bytes = await this.#store.read(item, { most: LARGEST, signal })
      yield { name: item.key, ...parse(Buffer.from(bytes).toString(), item.key) }
    }
  }

  async forget(note: string): Promise<void> {
    await this.#store.remove(note)
  }
}

function parse(body: string, note: string): Moves {
  let said: unknown
  try {
    said = JSON.parse(body)
  } catch {
    said = undefined
  }
  if (!fits<Said>(schema, said)) {
    const hint = 'The pictures that it tells of are where they are; move them back by hand, or update itc.'
    throw new UserError('E_PART', `The note ${FOLDER}/${note} can't be understood.`, { hint })
  }
  const { from, to, moves, folders = [] } = said
  return {
    from,
    to,
    folders,
    moves: moves.map(([key, to, size, etag]) => ({ item: { key, size, etag, modified: 0 }, to })),
  }
}
