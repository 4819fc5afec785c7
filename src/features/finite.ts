/** Numbers that are summed up at once. */
const AT_ONCE = 8

/** All bits of a float16's exponent: what is infinite, or no number, has them. */
const EXPONENT = 0x7c00

/** True when every value is a finite number; `Uint16Array` holds float16. */
export function allFinite(values: Float32Array | Uint16Array): boolean {
  return values instanceof Float32Array ? areFinite(values) : areFiniteHalves(values)
}

function areFiniteHalves(v: Uint16Array): boolean {
  for (let at = 0; at < v.length; at++) if ((v[at]! & EXPONENT) === EXPONENT) return false
  return true
}

function areFinite(v: Float32Array): boolean {
  // A sum of some float32 is finite as float64, and 0 times anything but a finite number is not 0.
  let [a, b] = [0, 0]
  const most = v.length - (v.length % AT_ONCE)
  for (let at = 0; at < most; at += AT_ONCE) {
    a += (v[at]! + v[at + 1]! + v[at + 2]! + v[at + 3]!) * 0
    b += (v[at + 4]! + v[at + 5]! + v[at + 6]! + v[at + 7]!) * 0
  }
  for (let at = most; at < v.length; at++) a += v[at]! * 0
  return a + b === 0
}

/** Why a picture can't be used for which a network gives infinite numbers or none, as one of float16 may. */
export function noNumbers(network: string): string {
  return `${network} makes of it what is no number`
}
