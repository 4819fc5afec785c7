import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { draftOf } from '../disk/draft.ts'
import { makeFolder } from '../disk/folder.ts'
import { dropFile } from '../disk/patience.ts'
import { systemError } from '../errors/system.ts'
import { UserError } from '../errors.ts'

/** Rows that are asked of the disk at a time. */
const AT_ONCE = 64

/**
 * Rows of numbers in a file without a name, which is gone with the process, however that ends: for more of them than fit into
 * memory. Written once from front to back, then read in any order.
 */
export class RowFile {
  readonly width: number
  readonly #file: FileHandle
  readonly #path: string
  #rows = 0

  private constructor(file: FileHandle, path: string, width: number) {
    this.#file = file
    this.#path = path
    this.width = width
  }

  /** @param folder on a disk with room for the rows, 4 bytes a number; @throws UserError of the disk */
  static async create(folder: string, width: number): Promise<RowFile> {
    const path = draftOf(join(folder, 'rows'))
    return await explained(path, async () => {
      await makeFolder(folder)
      const file = await open(path, 'wx+')
      await dropFile(path) // what is open stays readable; where a system keeps the name till then, `close` removes it
      return new RowFile(file, path, width)
    })
  }

  /** Rows that are there. */
  get rows(): number {
    return this.#rows
  }

  /** @param values [some, width]; @throws UserError of the disk, such as `E_DISK_FULL` */
  async add(values: Float32Array): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    await explained(this.#path, () => this.#file.writeFile(bytes)) // goes on where the one before ended
    this.#rows += values.length / this.width
  }

  /** @param chosen row numbers in any order; @returns [chosen, width] */
  async read(chosen: Int32Array): Promise<Float32Array> {
    const values = new Float32Array(chosen.length * this.width)
    const bytes = new Uint8Array(values.buffer)
    const length = 4 * this.width
    const order = Int32Array.from(chosen.keys()).sort((a, b) => chosen[a]! - chosen[b]!)
    for (let at = 0; at < order.length; at += AT_ONCE) {
      const some = [...order.subarray(at, at + AT_ONCE)]
      const read = some.map(to => this.#file.read(bytes, to * length, length, chosen[to]! * length))
      for (const { bytesRead } of await Promise.all(read)) {
        if (bytesRead !== length) throw new Error(`there is no whole row of ${length} bytes to read`)
      }
    }
    return values
  }

  async close(): Promise<void> {
    await this.#file.close()
    await dropFile(this.#path)
  }
}

async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const known = systemError(cause)
    if (known?.code === undefined) throw cause
    const message = `The bottlenecks of more pictures than fit into memory can't be kept in "${path}": ${known.reason}.`
    throw new UserError(known.code, message, { hint: `${known.remedy}.`, cause })
  }
}
