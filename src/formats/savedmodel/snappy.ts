import { damaged } from '../limits.ts'

/** No three bytes of the format stand for more than 64. */
const LARGEST_RATIO = 32

/** The last two bits of a stretch's first byte: written out, or copied from up to 2 kB, 64 kB or 4 GB back. */
const LITERAL = 0
const NEAR = 1
const FAR = 2

/**
 * Unpacks one block of Snappy's raw format: a length, then stretches that are literal or copied from what came before.
 * https://github.com/google/snappy/blob/main/format_description.txt
 *
 * @throws UserError E_BAD_GRAPH
 */
export function unsnapped(bytes: Uint8Array): Uint8Array {
  let at = 0
  const byte = (): number => {
    if (at >= bytes.length) throw broken()
    return bytes[at++]!
  }
  const littleEndian = (count: number): number => {
    let value = 0
    for (let i = 0; i < count; i++) value += byte() * 2 ** (8 * i)
    return value
  }
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const part = byte()
    length += (part & 127) * 2 ** shift
    if (part < 128) break
    if (shift > 28) throw broken()
  }
  if (length > bytes.length * LARGEST_RATIO) throw broken()
  const result = new Uint8Array(length)
  let filled = 0
  while (at < bytes.length) {
    const head = byte()
    const kind = head & 3
    if (kind === LITERAL) {
      const short = head >> 2
      const count = (short < 60 ? short : littleEndian(short - 59)) + 1
      if (at + count > bytes.length || filled + count > length) throw broken()
      result.set(bytes.subarray(at, at + count), filled)
      at += count
      filled += count
      continue
    }
    const count = kind === NEAR ? ((head >> 2) & 7) + 4 : (head >> 2) + 1
    const back = kind === NEAR ? (head >> 5) * 256 + byte() : littleEndian(kind === FAR ? 2 : 4)
    if (back === 0 || back > filled || filled + count > length) throw broken()
    // A copy may run into what it writes itself: byte after byte, it repeats.
    for (let i = 0; i < count; i++, filled++) result[filled] = result[filled - back]!
  }
  if (filled !== length) throw broken()
  return result
}

function broken(): Error {
  return damaged('a compressed block in its list of weights does not unpack')
}
