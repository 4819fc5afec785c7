import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { makeFolder } from '../disk/folder.ts'
import { dropFile } from '../disk/patience.ts'
import { systemCode, UserError } from '../errors.ts'
import { pictureFormat } from '../image/format.ts'
import { PictureError } from '../image/pictureError.ts'
import type { PictureFormat } from '../image/signatures.ts'
import { smallJpeg } from '../image/thumbnail.ts'
import type { BatchEnd, UploadAnswer } from './api.ts'
import type { Collection } from './collection.ts'
import { knownCategory } from './journal/operations.ts'
import { FreeNames } from './journal/plan.ts'
import { shownPath } from './pictures/folder.ts'
import { cleanFileName } from './pictures/names.ts'
import { shownPlace, UNLABELED } from './pictures/place.ts'

/** What is taken in at most. */
export interface UploadLimits {
  /** Of one picture. */
  readonly bytes: number
  /** Pictures. */
  readonly batch: number
  /** On the disk, or nothing is taken. */
  readonly freeBytes: number
}

const LIMITS: UploadLimits = { bytes: 64_000_000, batch: 20_000, freeBytes: 500_000_000 }
/** A page that went away ends no batch. */
const SILENT_MS = 60_000

interface Batch {
  /** Of the journal. */
  readonly entry: string
  readonly category: string | undefined
  readonly names: FreeNames
  count: number
  timer: NodeJS.Timeout
}

/** Takes pictures in: streamed beside, decoded, and only then put in their places. A batch is one entry of the journal. */
export class Uploads {
  readonly #collection: Collection
  readonly #limits: UploadLimits
  readonly #batches = new Map<string, Promise<Batch>>()

  constructor(collection: Collection, limits: Partial<UploadLimits> = {}) {
    this.#collection = collection
    this.#limits = { ...LIMITS, ...limits }
  }

  /** @throws UserError for what can't be taken; then nothing is left of it */
  async take(
    body: ReadableStream | null,
    { name, category, batch }: { name: string; category: string | undefined; batch: string },
    mostBytes: number = this.#limits.bytes,
  ): Promise<UploadAnswer> {
    const { folder, table } = this.#collection
    if (category !== undefined) knownCategory(table, category)
    if (!/^[a-z0-9-]{1,40}$/.test(batch))
      throw new UserError('E_BAD_VALUE', 'A batch is named by 1 to 40 of a-z, 0-9 and -.')
    if (body === null) throw new UserError('E_PICTURE', 'There is no picture in this request.')
    const into = await this.#batch(batch, category)
    const { batch: most, freeBytes } = this.#limits
    if (into.count >= most) throw new UserError('E_TOO_LARGE', `A batch takes ${most} pictures.`)
    into.count++
    await checkSpace(folder.root, freeBytes)
    await makeFolder(folder.incoming)
    const draft = join(folder.incoming, `${randomBytes(8).toString('hex')}.part`)
    try {
      const { sha256, head } = await receive(body, draft, mostBytes)
      const format = await checkDecodes(draft, head)
      const place = category ?? UNLABELED
      const clean = cleanFileName(name, format)
      const [same] = table.withSha(sha256).filter(row => row.place === place)
      if (same) return { id: same.id, name: clean, duplicateOf: same.id }
      const target = category === undefined ? folder.unlabeled : join(folder.data, category)
      const to = await into.names.take(shownPath(folder.root, join(target, clean)))
      const { size, mtimeMs } = await stat(draft)
      const row = await this.#collection.addToBatch(into.entry, {
        from: shownPath(folder.root, draft),
        to,
        sha256,
        size,
        mtimeMs,
      })
      const other = table.withSha(sha256).find(({ id }) => id !== row.id)
      return { id: row.id, name: to.slice(to.lastIndexOf('/') + 1), ...(other && { duplicateOf: other.id }) }
    } finally {
      await dropFile(draft)
    }
  }

  async end(name: string): Promise<BatchEnd> {
    const batch = await this.#batches.get(name)
    const { table } = this.#collection
    if (batch === undefined) return { entry: null, revision: table.revision, added: 0 }
    this.#batches.delete(name)
    clearTimeout(batch.timer)
    const where = batch.category === undefined ? shownPlace(UNLABELED) : shownPlace(batch.category)
    const added = await this.#collection.endBatch(batch.entry, added => `${added} added to ${where}`)
    return { entry: added > 0 ? batch.entry : null, revision: table.revision, added }
  }

  async close(): Promise<void> {
    for (const name of [...this.#batches.keys()]) await this.end(name).catch(() => undefined)
  }

  #batch(name: string, category: string | undefined): Promise<Batch> {
    const known = this.#batches.get(name)
    const batch = known ?? this.#begin(name, category)
    this.#batches.set(name, batch)
    batch.then(
      ({ timer }) => timer.refresh(),
      () => this.#batches.delete(name),
    )
    return batch
  }

  async #begin(name: string, category: string | undefined): Promise<Batch> {
    const entry = await this.#collection.beginBatch('added')
    const timer = setTimeout(() => void this.end(name).catch(() => undefined), SILENT_MS).unref()
    return { entry, category, names: new FreeNames(this.#collection.folder.root), count: 0, timer }
  }
}

/** @throws UserError `E_DISK_FULL` */
async function checkSpace(root: string, freeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(root)
  if (bavail * bsize >= freeBytes) return
  const left = Math.round((bavail * bsize) / 1e6)
  throw new UserError('E_DISK_FULL', `The disk has only ${left} MB left: no more pictures are taken.`, {
    hint: 'Free some space first.',
  })
}

/** Enough to tell formats by. */
const HEAD_BYTES = 4096

interface Received {
  readonly sha256: string
  readonly head: Uint8Array
}

/** Writes a body to a file. */
async function receive(body: ReadableStream, draft: string, mostBytes: number): Promise<Received> {
  const hash = createHash('sha256')
  let bytes = 0
  let head = Buffer.alloc(0)
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength
      hash.update(chunk)
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES)])
      if (bytes > mostBytes) done(new UserError('E_TOO_LARGE', `The picture has more than ${mostBytes / 1e6} MB.`))
      else done(null, chunk)
    },
  })
  try {
    await pipeline(Readable.fromWeb(body), counted, createWriteStream(draft, { flags: 'wx' }))
  } catch (cause) {
    if (systemCode(cause) !== 'ENOSPC') throw cause
    throw new UserError('E_DISK_FULL', 'The disk is full: the picture was not taken.', { cause })
  }
  return { sha256: hash.digest('hex'), head }
}

/** @throws UserError `E_PICTURE` for what no training could use */
async function checkDecodes(draft: string, head: Uint8Array): Promise<PictureFormat> {
  try {
    await smallJpeg(draft, 160, 70)
    return pictureFormat(head)
  } catch (cause) {
    if (!(cause instanceof PictureError)) throw cause
    throw new UserError('E_PICTURE', `This file can't be used: ${cause.reason}.`, { cause })
  }
}
