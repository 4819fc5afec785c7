import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { readPlainText } from '../../disk/readPlain.ts'
import { systemCode, UserError } from '../../errors.ts'
import { fits } from '../../schema.ts'
import type { Entry, Line, Move } from './entry.ts'
import { lineSchema } from './lineSchema.ts'

/**
 * What was done, in one file that only grows: a line is on the disk before anything is moved (write-ahead), and a second
 * one says what became of it. A line that a crash cut short counts as not written.
 */
export class Journal {
  readonly #path: string
  readonly #entries: Map<string, Entry>
  #file: FileHandle | undefined
  /** The last line may be cut short: the next one must not go on in it. */
  #torn: boolean
  /** Lines that a full disk did not take: of moves that were made. */
  #late: Line[] = []

  private constructor(path: string, text: string) {
    this.#path = path
    this.#entries = replay(text)
    this.#torn = text !== '' && !text.endsWith('\n')
  }

  /** Reads the journal of a folder; one that is not there is empty, and is made by the first entry. */
  static async open(path: string): Promise<Journal> {
    const text = await readPlainText(path).catch(error => {
      if (systemCode(error) === 'ENOENT') return ''
      throw new UserError('E_JOURNAL', `The journal ${path} can't be read (${systemCode(error) ?? error}).`, {
        hint: 'Check that the folder is yours to read and write.',
        cause: error,
      })
    })
    return new Journal(path, text)
  }

  /** In the order in which they were begun. */
  entries(): Entry[] {
    return [...this.#entries.values()]
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** @throws UserError when the disk won't take it: then nothing may be moved */
  async begin(entry: Entry): Promise<void> {
    await this.#append(entry)
    this.#entries.set(entry.id, entry)
  }

  /** One more file of a batch; it lies where it is to be. */
  async added(id: string, move: Move): Promise<void> {
    await this.#append({ id, state: 'added', move })
    this.#apply({ id, state: 'added', move })
  }

  /** What was moved in the end. A disk that is full now gets the line before the next entry. */
  async done(id: string, moves: readonly Move[], title?: string): Promise<void> {
    const line: Line = { id, state: 'done', moves, ...(title !== undefined && { title }) }
    this.#apply(line)
    await this.#append(line).catch(() => this.#late.push(line))
  }

  async close(): Promise<void> {
    await this.#append().catch(() => undefined)
    await this.#file?.close()
    this.#file = undefined
  }

  #apply(line: Line): void {
    applyLine(this.#entries, line)
  }

  async #append(...lines: Line[]): Promise<void> {
    const all = [...this.#late, ...lines]
    if (all.length === 0) return
    const text = all.map(line => `${JSON.stringify(line)}\n`).join('')
    try {
      this.#file ??= await this.#openFile()
      const whole = this.#torn ? `\n${text}` : text
      this.#torn = true
      await this.#file.appendFile(whole)
      await this.#file.datasync()
      this.#torn = false
      this.#late = []
    } catch (cause) {
      throw cannotWrite(this.#path, cause)
    }
  }

  async #openFile(): Promise<FileHandle> {
    await makeFolder(dirname(this.#path))
    return open(this.#path, 'a')
  }
}

/** The sentence for a disk that takes no more changes. */
function cannotWrite(path: string, cause: unknown): UserError {
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError('E_DISK_FULL', 'The disk is full: nothing was changed.', {
      hint: 'Free some space, then do it again.',
      cause,
    })
  }
  return new UserError('E_READ_ONLY', `Nothing was changed: the journal ${path} can't be written (${code ?? cause}).`, {
    hint: 'Check that the folder is yours to write.',
    cause,
  })
}

function replay(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const line of text.split('\n')) {
    const parsed = parse(line)
    if (parsed) applyLine(entries, parsed)
  }
  return entries
}

function parse(text: string): Line | undefined {
  if (text === '') return undefined
  try {
    const line: unknown = JSON.parse(text)
    return fits<Line>(lineSchema, line) ? line : undefined
  } catch {
    return undefined // cut short by a crash: nothing was done for it
  }
}

function applyLine(entries: Map<string, Entry>, line: Line): void {
  if ('v' in line) {
    entries.set(line.id, line)
    return
  }
  const entry = entries.get(line.id)
  if (entry === undefined) return
  if (line.state === 'added') entries.set(line.id, { ...entry, moves: [...entry.moves, line.move] })
  else entries.set(line.id, { ...entry, ...line })
}
