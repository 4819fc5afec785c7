import { appendFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { readPlainText } from '../disk/readPlain.ts'
import { systemCode } from '../errors.ts'
import { fits, flag, looseObject, optional, sha256, text } from '../schema.ts'

/** "This picture's label is right", said by a person: by content, so that it holds wherever the file goes. */
export interface CheckedLabel {
  readonly sha256: string
  readonly label: string
}

interface Line extends CheckedLabel {
  /** ISO 8601. */
  readonly at: string
  /** Taken back. */
  readonly undone?: true
}

const lineSchema = looseObject({ sha256, label: text, undone: optional(flag) })

/** Where a working folder keeps what was checked. */
function checkedPath(tfFiles: string): string {
  return join(tfFiles, 'studio', 'checked.jsonl')
}

/** The labels that people said are right. */
export class CheckedLabels {
  readonly #path: string
  readonly #keys = new Set<string>()

  private constructor(path: string) {
    this.#path = path
  }

  /** What was checked in a working folder; nothing where the file is not there. */
  static async read(tfFiles: string): Promise<CheckedLabels> {
    const checked = new CheckedLabels(checkedPath(tfFiles))
    const text = await readPlainText(checked.#path).catch(error => {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return ''
      throw error
    })
    for (const line of text.split('\n')) checked.#apply(parse(line))
    return checked
  }

  get size(): number {
    return this.#keys.size
  }

  has(sha256: string, label: string): boolean {
    return this.#keys.has(`${sha256}/${label}`)
  }

  /** Remembers labels as right, or takes that back. */
  async write(labels: readonly CheckedLabel[], undone = false): Promise<void> {
    if (labels.length === 0) return
    const at = new Date().toISOString()
    const lines = labels.map(({ sha256, label }): Line => ({ sha256, label, at, ...(undone && { undone: true }) }))
    await makeFolder(dirname(this.#path))
    await appendFile(this.#path, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    for (const line of lines) this.#apply(line)
  }

  #apply(line: Line | undefined): void {
    if (line === undefined) return
    const key = `${line.sha256}/${line.label}`
    if (line.undone) this.#keys.delete(key)
    else this.#keys.add(key)
  }
}

/** Undefined for an empty line, and for one that a crash cut short. */
function parse(content: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(content)
    return fits<Line>(lineSchema, line) ? line : undefined
  } catch {
    return undefined
  }
}
