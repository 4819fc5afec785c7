/** Linear Display P3 to linear sRGB, both of white D65 and of the same curve: https://www.w3.org/TR/css-color-4/#color-conversion-code */
const MATRIX = [
  [1.2249401, -0.2249402, 0],
  [-0.0420569, 1.0420571, 0],
  [-0.0196376, -0.0786361, 1.0982735],
] as const

/** Linear light of each value of 8 bits. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
})

/** Steps of linear light that 8 bits of sRGB can't tell apart. */
const STEPS = 4095
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
  const light = step / STEPS
  return Math.round(255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055))
})

/**
 * Brings colours of Display P3 to sRGB, in place; those outside of it to its edge.
 *
 * @param data [pixels, channels], red, green and blue first
 */
export function p3ToSrgb(data: Uint8ClampedArray, channels: number): void {
  for (let at = 0; at < data.length; at += channels) {
    const [red, green, blue] = [LINEAR[data[at]!]!, LINEAR[data[at + 1]!]!, LINEAR[data[at + 2]!]!]
    for (let channel = 0; channel < 3; channel++) {
      const [r, g, b] = MATRIX[channel]!
      const light = Math.min(1, Math.max(0, r * red + g * green + b * blue))
      data[at + channel] = ENCODED[Math.round(light * STEPS)]!
    }
  }
}
