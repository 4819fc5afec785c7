/** What a listing says of one object: a file of a folder, an object of a bucket, an address of a list. */
export interface Item {
  /** Path below the store's place with `/` between, or a whole address; see `isSafeKey`. */
  readonly key: string
  /** Bytes; undefined where only reading tells. */
  readonly size: number | undefined
  /** Another one for other content. A mark of equality and nothing else: no store's is a checksum to rely on. */
  readonly etag: string
  /** When it was written, in milliseconds, by the clock of the store. */
  readonly modified: number
}

export interface ReadOptions {
  /** Bytes; more are not taken. */
  readonly most: number
  readonly signal?: AbortSignal | undefined
}

export interface ListOptions {
  /** Told of what is there and can't be an item, with the reason. */
  readonly onSkipped?: ((key: string, reason: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where pictures come from. */
export interface Source {
  /** As a person wrote it, without secrets; what tells two places apart. */
  readonly address: string
  /**
   * All items, always in the same order, a few in memory at a time.
   *
   * @throws UserError `E_STORE`, `E_STORE_DOWN`
   */
  list(options?: ListOptions): AsyncGenerator<Item>
  /**
   * An item's bytes, if they are still those that were listed.
   *
   * @throws ItemError for what is wrong with this item; UserError for what is wrong with the store
   */
  read(item: Pick<Item, 'key' | 'size' | 'etag'>, options: ReadOptions): Promise<Uint8Array>
}

/** Where results go, and pictures too: objects are written once, whole, and never over another. */
export interface Store extends Source {
  /** The store of what lies below a folder of this one. */
  inside(folder: string): Store
  /** What a listing would say of a key; undefined where there is none. @throws UserError */
  look(key: string, signal?: AbortSignal): Promise<Item | undefined>
  /** Whether an item is there, and as it was listed where it has an etag. @throws UserError */
  has(item: Pick<Item, 'key' | 'size' | 'etag'>, signal?: AbortSignal): Promise<boolean>
  /** False when there is such a key already, which is then left as it is. @throws UserError; ItemError behind a link */
  putNew(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean>
  /** No error where it is gone already. */
  remove(key: string, signal?: AbortSignal): Promise<void>
}

/** What can be wrong with one item while its store is well. */
export type ItemProblem = 'gone' | 'changed' | 'too-large' | 'unreadable'

/** One item that can't be read. It is data: whoever reads many lists the reason and goes on. */
export class ItemError extends Error {
  override readonly name = 'ItemError'
  readonly kind: ItemProblem

  /** @param reason a fragment to put behind the item's name */
  constructor(kind: ItemProblem, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

/** What S3 allows, in bytes. */
const LONGEST_KEY = 1024

/**
 * Whether a key leads to one place below a store's own on every system. Keys are written by strangers: a bucket may well
 * hold `../../etc/passwd`.
 */
export function isSafeKey(key: string): boolean {
  if (key === '' || Buffer.byteLength(key) > LONGEST_KEY || /\p{Surrogate}/u.test(key)) return false
  return key.split('/').every(name => name !== '' && name !== '.' && name !== '..' && !/[\\\0]/.test(name))
}

export const UNSAFE_KEY = 'a name that leads elsewhere, or that not every system can have'

/** The error for an item that is no longer what was listed. */
export function changedItem(): ItemError {
  return new ItemError('changed', 'changed since it was listed')
}
