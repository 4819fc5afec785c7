/** More than wait for a network at a time are not kept. */
const MOST = 32

const spare: Uint8Array[] = []

/**
 * A copy of a network's input, in memory that was given back where there is some of its length: with 150 kB made anew for each
 * picture, the system clears pages and all objects are looked through for garbage again and again.
 */
export function squareOf(pixels: Uint8Array): Uint8Array {
  if (spare[0]?.length !== pixels.length) spare.length = 0
  const square = spare.pop() ?? new Uint8Array(pixels.length)
  square.set(pixels)
  return square
}

/** Gives an input back that nobody holds any more: it is overwritten. */
export function giveBack(square: Uint8Array): void {
  const isWhole = square.length === square.buffer.byteLength
  if (isWhole && spare.length < MOST && square.length === (spare[0]?.length ?? square.length)) spare.push(square)
}
