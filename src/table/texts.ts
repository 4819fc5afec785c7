/**
 * A column of texts as it lies in a table: one behind the other, and where each begins. A text is made when it is asked for,
 * for of a hundred thousand that takes longer than reading the rest.
 */
export class Texts {
  readonly length: number
  /** UTF-8. */
  readonly bytes: Buffer
  /** Where in the bytes each begins, and where the last one ends, [length + 1]. */
  readonly offsets: Int32Array
  /** All of them as one text, where its places are those of the bytes: parts of it are many times faster to make. */
  readonly #whole: string | undefined

  constructor(bytes: Uint8Array, offsets: Int32Array) {
    this.length = offsets.length - 1
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, offsets.at(-1)!)
    this.offsets = offsets
    const whole = this.bytes.toString()
    if (whole.length === this.bytes.length) this.#whole = whole
  }

  static of(texts: readonly string[]): Texts {
    const offsets = new Int32Array(texts.length + 1)
    for (const [at, text] of texts.entries()) offsets[at + 1] = offsets[at]! + Buffer.byteLength(text)
    return new Texts(Buffer.from(texts.join('')), offsets)
  }

  at(row: number): string {
    const [start, end] = [this.offsets[row]!, this.offsets[row + 1]!]
    return this.#whole?.slice(start, end) ?? this.bytes.toString('utf8', start, end)
  }

  /** Whether a row is this text; false where there is no such row. */
  is(row: number, text: string): boolean {
    if (row >= this.length) return false
    const start = this.offsets[row]!
    if (this.#whole === undefined) return this.at(row) === text
    return this.offsets[row + 1]! - start === text.length && this.#whole.startsWith(text, start)
  }
}
