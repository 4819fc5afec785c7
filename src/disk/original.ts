import { createHash } from 'node:crypto'
import { constants, lstatSync, unlinkSync } from 'node:fs'
import { copyFile, type FileHandle, lstat, open } from 'node:fs/promises'
import { platform } from 'node:os'
import { systemCode } from '../errors.ts'
import { type Mark, markOf } from './walk.ts'

/** Windows has neither; there the look at the name tells links. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>
const PIECE = 1 << 20

/** A name that no longer leads to the file that was looked at: it was replaced, changed, or is a link now. */
export class ChangedFile extends Error {
  override readonly name = 'ChangedFile'
  readonly path: string

  constructor(path: string) {
    super(`"${path}" was changed or replaced meanwhile`)
    this.path = path
  }
}

/**
 * A file that is to be copied or moved, opened once: what is read, hashed and copied is this very file, whatever its name
 * leads to by then. No link is followed, and no FIFO or device is waited for.
 */
export class Original {
  readonly path: string
  readonly mark: Mark
  readonly #file: FileHandle

  private constructor(path: string, mark: Mark, file: FileHandle) {
    this.path = path
    this.mark = mark
    this.#file = file
  }

  /**
   * @param mark of the file as it was looked at before; else whatever is there now
   * @throws ChangedFile when it is another one, or no plain file; the system's error when it can't be opened
   */
  static async open(path: string, mark?: Mark): Promise<Original> {
    const file = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
      throw ['ELOOP', 'EMLINK', 'ENXIO'].includes(systemCode(error) ?? '') ? new ChangedFile(path) : error
    })
    try {
      const stats = await file.stat()
      const original = new Original(path, markOf(stats), file)
      if (!stats.isFile() || !isSame(original.mark, mark ?? original.mark)) throw new ChangedFile(path)
      await original.check()
      return original
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** The SHA-256 of its bytes, as 64 hexadecimal digits. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256')
    for await (const piece of this.#pieces()) hash.update(piece)
    return hash.digest('hex')
  }

  /** Writes its bytes, and its permissions, into a file that is not there yet. @throws the system's error */
  async copyTo(draft: string): Promise<void> {
    const { O_EXCL, O_CREAT, O_WRONLY, COPYFILE_EXCL, COPYFILE_FICLONE } = constants
    if (platform() === 'linux') {
      // The system's own copy of the open file: it shares the blocks where the file system can.
      const copied = await copyFile(`/proc/self/fd/${this.#file.fd}`, draft, COPYFILE_EXCL | COPYFILE_FICLONE).then(
        () => true,
        error => {
          if (systemCode(error) === 'ENOENT') return false // no /proc
          throw error
        },
      )
      if (copied) return
    }
    const { mode } = await this.#file.stat()
    const target = await open(draft, O_EXCL | O_CREAT | O_WRONLY, mode & 0o777)
    try {
      for await (const piece of this.#pieces()) await target.writeFile(piece)
    } finally {
      await target.close()
    }
  }

  /** @throws ChangedFile unless its name still leads to it, and it is as it was when it was opened */
  async check(): Promise<void> {
    if (!isSame(markOf(await lstat(this.path)), this.mark)) throw new ChangedFile(this.path)
  }

  /**
   * Takes its name away, where it is as it was when it was opened. In one go with the look: bytes that somebody appended in
   * between would be lost.
   *
   * @throws ChangedFile; the system's error
   */
  unlinkUnchanged(): void {
    if (!isSame(markOf(lstatSync(this.path)), this.mark)) throw new ChangedFile(this.path)
    unlinkSync(this.path)
  }

  /** Whether a name leads to this very file, whatever it holds by now. */
  async isAt(path: string): Promise<boolean> {
    const named = await lstat(path).catch(() => undefined)
    return named !== undefined && isOneFile(markOf(named), this.mark)
  }

  /** What the system knows of it beside its bytes. */
  async stats() {
    return this.#file.stat({ bigint: true })
  }

  /** A path under which other programs find the open file; undefined where the system has none. */
  get descriptorPath(): string | undefined {
    return platform() === 'linux' ? `/proc/${process.pid}/fd/${this.#file.fd}` : undefined
  }

  /** Also before its name is taken away: Windows and its disks keep the name of what is open. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(PIECE)
    for (let at = 0; ; ) {
      const { bytesRead } = await this.#file.read(buffer, 0, PIECE, at)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }
}

/** Opens a file for the time of some work; see `Original.open`. */
export async function withOriginal<T>(path: string, work: (original: Original) => Promise<T>, mark?: Mark): Promise<T> {
  const original = await Original.open(path, mark)
  try {
    return await work(original)
  } finally {
    await original.close()
  }
}

function isSame(a: Mark, b: Mark): boolean {
  return isOneFile(a, b) && a.size === b.size && a.mtimeMs === b.mtimeMs
}

/** Windows numbers a disk in more than one way. */
function isOneFile(a: Mark, b: Mark): boolean {
  return a.ino === b.ino && (a.dev === b.dev || platform() === 'win32')
}
