import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { hashBytes } from '../../disk/identity.ts'
import { renamePatiently } from '../../disk/patience.ts'
import { readPlain } from '../../disk/readPlain.ts'
import { PictureError } from '../../image/pictureError.ts'
import { readPicture } from '../../image/read.ts'
import { smallJpeg } from '../../image/thumbnail.ts'
import type { Collection } from '../collection.ts'
import { openPath } from '../pictures/folder.ts'
import type { PictureRow } from '../pictures/table.ts'

/** Longer side in pixels: of a tile, and of a tile on a screen with two pixels a pixel. */
export const SIDES = [160, 320] as const
export type Side = (typeof SIDES)[number]

const QUALITY = 70
/** Where nothing may be written, so many are kept in memory: about 30 MB. */
const IN_MEMORY = 2000

/**
 * Pictures in small: plain JPEG files named by the content that they show, so that a picture keeps its own wherever it
 * goes. Made when first asked for; the folder may be deleted at any time.
 */
export class Thumbnails {
  readonly #collection: Collection
  readonly #memory = new Map<string, Buffer>()
  /** Two tabs that ask for the same one at once wait for one decoder. */
  readonly #making = new Map<string, Promise<Buffer>>()
  readonly #storing = new Set<Promise<void>>()

  constructor(collection: Collection) {
    this.#collection = collection
  }

  /** @throws PictureError for everything that is wrong with the picture */
  async get(row: PictureRow, side: Side): Promise<Buffer> {
    if (row.unreadable !== undefined) throw new PictureError('unreadable', row.unreadable)
    const kept = row.sha256 === undefined ? undefined : await this.#kept(row.sha256, side)
    return kept ?? (await this.#once(`${row.id}-${side}`, () => this.#make(row, side)))
  }

  /** Waits for those that are on their way to the disk: none is left as a draft. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#making.values())
    await Promise.all(this.#storing)
  }

  async #once(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const making = this.#making.get(key) ?? make()
    this.#making.set(key, making)
    try {
      return await making
    } finally {
      this.#making.delete(key)
    }
  }

  /** The file is read in any case: its hash is had by the way. */
  async #make(row: PictureRow, side: Side): Promise<Buffer> {
    const { folder, table } = this.#collection
    try {
      const { bytes } = await readPicture(openPath(folder.root, row.path))
      const sha256 = hashBytes(bytes)
      table.learn(row.id, { sha256 })
      const known = await this.#kept(sha256, side)
      if (known) return known
      const jpeg = await smallJpeg(bytes, side, QUALITY)
      this.#keep(sha256, side, jpeg)
      return jpeg
    } catch (error) {
      // A file that is moved at this moment is as good as before.
      if (error instanceof PictureError && table.get(row.id)?.path === row.path) {
        table.learn(row.id, { unreadable: error.reason })
      }
      throw error
    }
  }

  async #kept(sha256: string, side: Side): Promise<Buffer | undefined> {
    const jpeg =
      this.#memory.get(`${sha256}-${side}`) ?? (await readPlain(this.#path(sha256, side)).catch(() => undefined))
    return jpeg && isWhole(jpeg) ? jpeg : undefined
  }

  /** Nobody but `close` waits for it, and a disk that won't take it does no harm. */
  #keep(sha256: string, side: Side, jpeg: Buffer): void {
    const remember = () => {
      this.#memory.set(`${sha256}-${side}`, jpeg)
      if (this.#memory.size > IN_MEMORY) this.#memory.delete(this.#memory.keys().next().value!)
    }
    if (this.#collection.readOnly) {
      remember()
      return
    }
    const storing = store(this.#path(sha256, side), jpeg).catch(remember)
    this.#storing.add(storing)
    void storing.then(() => this.#storing.delete(storing))
  }

  #path(sha256: string, side: Side): string {
    return join(this.#collection.folder.thumbnails, sha256.slice(0, 2), `${sha256}-${side}.jpg`)
  }
}

/** Without waiting for the disk, which ten thousand of them would keep busy: reading sees whether one is whole. */
async function store(path: string, jpeg: Buffer): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`
  await makeFolder(dirname(path))
  await writeFile(draft, jpeg, { flag: 'wx' })
  await renamePatiently(draft, path)
}

/** A power cut may leave a file empty, or zeros in it: a JPEG begins with SOI and ends with EOI. */
function isWhole(jpeg: Buffer): boolean {
  return jpeg.length > 4 && jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9
}
