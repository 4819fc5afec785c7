import { UserError } from '../../errors.ts'

const BLOCK = 512
/** Larger files are not kept: the largest of the classic networks has 550 MB. */
const LARGEST_KEPT = 768 * 2 ** 20
/** What one archive may unpack to; more is a bomb. */
const LARGEST_ARCHIVE = 4 * 2 ** 30

interface Entry {
  readonly name: string
  readonly type: string
  readonly size: number
}

/**
 * Reads a tar archive as it streams in; files whose names `keep` accepts end in the result, all else is passed over.
 * Formats: ustar, with long names as pax and GNU tar write them. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 *
 * @throws UserError E_BAD_ARCHIVE for links, names that lead out of the archive's folder, and damage
 */
export class TarReader {
  readonly files = new Map<string, Buffer>()
  readonly #keep: (name: string) => boolean
  #rest: Buffer = Buffer.alloc(0)
  #entry: Entry | undefined
  /** Of the entry, when it is wanted. Made at once: parts joined later would take the memory of two. */
  #content: Buffer | undefined
  #left = 0
  #padding = 0
  #longName: string | undefined
  #total = 0
  #kept = 0

  constructor(keep: (name: string) => boolean) {
    this.#keep = keep
  }

  write(chunk: Buffer): void {
    this.#total += chunk.length
    if (this.#total > LARGEST_ARCHIVE) throw badArchive('it unpacks to more than 4 GB')
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#step());
  }

  /** @throws UserError when the archive ends within a file */
  end(): void {
    if (this.#entry !== undefined && this.#left > 0) throw badArchive('it ends in the middle of a file')
  }

  /** Takes one header or one piece of a file from what has come in; false when more must come first. */
  #step(): boolean {
    if (this.#entry === undefined) {
      if (this.#rest.length < BLOCK) return false
      const header = this.#take(BLOCK)
      if (!header.every(byte => byte === 0)) this.#begin(header)
      return true
    }
    if (this.#left > 0) {
      if (this.#rest.length === 0) return false
      const part = this.#take(Math.min(this.#left, this.#rest.length))
      if (this.#content !== undefined) part.copy(this.#content, this.#content.length - this.#left)
      this.#left -= part.length
      return true
    }
    if (this.#rest.length < this.#padding) return false
    this.#take(this.#padding)
    this.#finish(this.#entry)
    return true
  }

  #take(length: number): Buffer {
    const part = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return part
  }

  #begin(header: Buffer): void {
    if (!isTarHeader(header)) throw badArchive('a header in it has a wrong checksum')
    const entry = {
      name: this.#longName ?? nameOf(header),
      type: String.fromCharCode(header[156]!),
      size: sizeOf(header),
    }
    if (!'xgLK'.includes(entry.type)) {
      this.#longName = undefined
      checkEntry(entry)
    }
    this.#entry = entry
    this.#left = entry.size
    if (this.#wants(entry)) {
      this.#kept += entry.size
      if (this.#kept > LARGEST_KEPT) throw badArchive('the networks in it are larger than 768 MB')
      this.#content = Buffer.allocUnsafeSlow(entry.size)
    }
    this.#padding = (BLOCK - (entry.size % BLOCK)) % BLOCK
  }

  #wants({ name, type, size }: Entry): boolean {
    if (type === 'x' || type === 'L') return size <= 65_536
    return isFile(type) && this.#keep(name)
  }

  #finish(entry: Entry): void {
    const content = this.#content
    this.#entry = undefined
    this.#content = undefined
    if (content === undefined) return
    if (entry.type === 'L') this.#longName = content.toString().replace(/\0.*$/s, '')
    else if (entry.type === 'x') this.#longName = /\d+ path=([^\n]*)\n/.exec(content.toString())?.[1]
    else this.files.set(entry.name.replace(/^(\.\/)+/, ''), content)
  }
}

/** Whether 512 bytes are a header of tar: they carry the sum of themselves. */
export function isTarHeader(header: Buffer): boolean {
  if (header.length < BLOCK) return false
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  return sum === octal(header.subarray(148, 156)) && sum > 256
}

function nameOf(header: Buffer): string {
  const text = (from: number, to: number): string => header.subarray(from, to).toString().replace(/\0.*$/s, '')
  const prefix = text(257, 262) === 'ustar' ? text(345, 500) : ''
  return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
}

function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136)
  // Sizes from 8 GB on are binary, marked by the first bit.
  return field[0]! & 0x80 ? Number(field.readBigUInt64BE(4)) : octal(field)
}

function octal(field: Buffer): number {
  return Number.parseInt(
    field
      .toString('latin1')
      .replace(/[\0 ]+$/, '')
      .trim() || '0',
    8,
  )
}

function isFile(type: string): boolean {
  return type === '0' || type === '\0' || type === '7'
}

function checkEntry({ name, type, size }: Entry): void {
  if (type === '1' || type === '2') throw badArchive(`"${name}" in it is a link`)
  if (!isFile(type) && type !== '5') throw badArchive(`"${name}" in it is neither a file nor a folder`)
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.split(/[\\/]/).includes('..')) {
    throw badArchive(`"${name}" in it leads out of its folder`)
  }
  if (!(size >= 0 && size <= LARGEST_ARCHIVE)) throw badArchive(`"${name}" in it has no sensible size`)
}

export function badArchive(detail: string, cause?: unknown): UserError {
  return new UserError('E_BAD_ARCHIVE', `The archive cannot be used: ${detail}.`, {
    hint: 'Get it again from where it was published, or unpack it yourself and give the graph in it.',
    ...(cause === undefined ? {} : { cause }),
  })
}
