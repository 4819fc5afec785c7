import { extname, posix } from 'node:path'

/** What some file system does not allow in a name, so that copies can go anywhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among it
const ILLEGAL = /[<>:"/\\|?*\0-\x1f\x7f]/g
/** Bytes that every file system allows in a name. */
const MAX_BYTES = 255
/** Bytes kept free for what a clash adds: "-" and a number. */
const CLASH_BYTES = 8

/** Gives out names of the form `<category>-<score>.<ext>`, or the originals' own, each once. */
export class Namer {
  readonly #taken: Set<string>
  /** The number to try next for a name that clashed: 100,000 equal pictures must not take forever. */
  readonly #next = new Map<string, number>()

  /** @param taken names that are there already */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(Array.from(taken, identity))
  }

  /**
   * A free name; from now on it is taken.
   *
   * @param score 0 to 1; five decimals of it are shown
   * @param original the picture's path: its extension is kept as it is
   * @param folder that the name is to be in, if not at the top
   */
  take(label: string, score: number, original: string, folder = ''): string {
    return this.#take(baseName(label, score, original), folder)
  }

  /** The original's own name, in a folder; a number is added where that is taken. */
  keep(original: string, folder: string): string {
    return this.#take(ownName(original), folder)
  }

  #take({ stem: bare, extension }: BaseName, folder: string): string {
    const stem = folder === '' ? bare : `${folder}/${bare}`
    const key = identity(stem + extension)
    for (let number = this.#next.get(key) ?? 1; ; number++) {
      const name = number === 1 ? stem + extension : `${stem}-${number}${extension}`
      if (this.#taken.has(identity(name))) continue
      this.#taken.add(identity(name))
      this.#next.set(key, number + 1)
      return name
    }
  }
}

interface BaseName {
  readonly stem: string
  readonly extension: string
}

function ownName(original: string): BaseName {
  const name = posix.basename(original).replace(ILLEGAL, '_')
  const extension = extname(name)
  const room = MAX_BYTES - CLASH_BYTES - Buffer.byteLength(extension)
  return { stem: cut(name.slice(0, name.length - extension.length), room), extension }
}

function baseName(label: string, score: number, original: string): BaseName {
  const extension = extname(original)
  const scored = `-${score.toFixed(5)}`
  const room = MAX_BYTES - CLASH_BYTES - Buffer.byteLength(scored + extension)
  // An extension that leaves no room for the category is none.
  if (room < 16) return baseName(label, score, '')
  return { stem: cut(safeLabel(label), room) + scored, extension }
}

/** A label as part of a file's name: legal everywhere and not hidden. */
export function safeLabel(label: string): string {
  return label.replace(ILLEGAL, '_').replace(/^\./, '_')
}

function cut(text: string, bytes: number): string {
  let kept = ''
  let size = 0
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    kept += character
  }
  return kept
}

/** Names that some file system takes for the same: on all of them the copies then get the same names. */
function identity(name: string): string {
  return name.toLowerCase().normalize('NFC')
}

/** The order of a scan: folder by folder, names by their bytes. Paths have `/` between. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let depth = 0; depth < Math.min(left.length, right.length); depth++) {
    if (left[depth] === right[depth]) continue
    const order = Buffer.compare(Buffer.from(left[depth]!), Buffer.from(right[depth]!))
    if (order !== 0) return order
  }
  return left.length - right.length
}
