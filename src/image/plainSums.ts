/** Those of assembly/sums.ts, and their memory. */
export interface Sums {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void }
  across(...numbers: number[]): void
  down(...numbers: number[]): void
}

/** Bytes by which such memory grows. */
export const PAGE = 65_536
const HALF = 2048
const PARTS_SHIFT = 12

/**
 * The same in JavaScript, to the byte, in four times the time: for processes that get no memory for WebAssembly, of which each takes
 * ten gigabytes of addresses, as where `ulimit -v` is set.
 */
export class PlainSums implements Sums {
  readonly memory = new PlainMemory()

  across(
    source: number,
    rowBytes: number,
    rows: number,
    channels: number,
    to: number,
    length: number,
    table: number,
    groups: number,
  ): void {
    const { bytes, view } = this.memory
    const taps = groups * 4
    let next = to
    for (let row = 0; row < rows; row++) {
      for (let pixel = 0; pixel < length; pixel++) {
        const entry = table + pixel * (4 + 2 * taps)
        const first = source + row * rowBytes + view.getInt32(entry, true)
        for (let channel = 0; channel < 3; channel++) {
          bytes[next++] = sumOf(bytes, first + channel, channels, view, entry + 4, taps)
        }
      }
    }
  }

  down(
    source: number,
    rowBytes: number,
    width: number,
    to: number,
    length: number,
    table: number,
    pairs: number,
  ): void {
    const { bytes, view } = this.memory
    const taps = pairs * 2
    let next = to
    for (let row = 0; row < length; row++) {
      const entry = table + row * (4 + 2 * taps)
      const first = source + view.getInt32(entry, true)
      for (let at = 0; at < width; at++) bytes[next++] = sumOf(bytes, first + at, rowBytes, view, entry + 4, taps)
    }
  }
}

/** What has no weight may lie behind all memory. */
function sumOf(bytes: Uint8Array, first: number, step: number, view: DataView, weightsAt: number, taps: number) {
  let sum = HALF
  for (let tap = 0; tap < taps; tap++) {
    const weight = view.getInt16(weightsAt + 2 * tap, true)
    if (weight !== 0) sum += bytes[first + tap * step]! * weight
  }
  return sum >> PARTS_SHIFT
}

class PlainMemory {
  bytes = new Uint8Array(PAGE)
  view = new DataView(this.bytes.buffer)

  get buffer(): ArrayBuffer {
    return this.bytes.buffer
  }

  grow(pages: number): void {
    const larger = new Uint8Array(this.bytes.length + pages * PAGE)
    larger.set(this.bytes)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}
