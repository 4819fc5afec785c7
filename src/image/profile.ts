/** What profiles of plain sRGB call themselves; others, such as linear ones, have longer names. */
const SRGB = new Set(['sRGB', 'sRGB built-in', 'sRGB IEC61966-2.1', 'sRGB IEC61966-2-1'])

/**
 * True for a JPEG whose colour profile is sRGB: following it costs twice the rest of decoding and changes nothing.
 * False also where that cannot be told.
 */
export function hasSrgbProfile(jpeg: Uint8Array): boolean {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, Math.min(jpeg.byteLength, 65_536))
  const segment = bytes.indexOf('ICC_PROFILE\0\x01\x01', 2, 'latin1') // the first part of one
  if (segment < 0) return false
  const profile = bytes.subarray(segment + 14)
  if (profile.toString('latin1', 16, 20) !== 'RGB ') return false
  const name = profileName(profile)
  return name !== undefined && SRGB.has(name)
}

/** An ICC profile's description: ASCII in version 2, UTF-16 in version 4. Undefined when it cannot be found. */
export function profileName(profile: Buffer): string | undefined {
  if (profile.length < 132) return undefined
  const tags = Math.min(profile.readUInt32BE(128), 100)
  for (let entry = 132; entry < 132 + tags * 12 && entry + 12 <= profile.length; entry += 12) {
    if (profile.toString('latin1', entry, entry + 4) !== 'desc') continue
    const at = profile.readUInt32BE(entry + 4)
    const tag = profile.subarray(at, at + profile.readUInt32BE(entry + 8))
    const type = tag.toString('latin1', 0, 4)
    if (type === 'desc' && tag.length >= 12) return text(tag.subarray(12, 12 + tag.readUInt32BE(8)), 'latin1')
    if (type !== 'mluc' || tag.length < 28) return undefined
    const start = tag.readUInt32BE(24)
    return text(tag.subarray(start, start + tag.readUInt32BE(20)), 'utf-16be')
  }
  return undefined
}

/** Without the zero at the end that some writers count. */
const text = (bytes: Buffer, encoding: string) => new TextDecoder(encoding).decode(bytes).replace(/\0+$/, '')
