import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodePicture } from '../../src/image/decode.ts'
import { hasSrgbProfile } from '../../src/image/profile.ts'
import { corners, difference, noise, recipe } from '../helpers/samples.ts'

/** A profile with no more than a name. */
function profile(name: Buffer, type: 'desc' | 'mluc', space = 'RGB '): Buffer {
  const head = Buffer.alloc(144)
  head.write(space, 16, 'latin1')
  head.writeUInt32BE(1, 128)
  head.write('desc', 132, 'latin1')
  head.writeUInt32BE(144, 136)
  const start = Buffer.alloc(type === 'desc' ? 12 : 28)
  start.write(type, 'latin1')
  if (type === 'desc') start.writeUInt32BE(name.length, 8)
  else start.set([0, 0, 0, name.length, 0, 0, 0, 28], 20)
  head.writeUInt32BE(start.length + name.length, 140)
  return Buffer.concat([Buffer.from('\xff\xd8\xff\xe2\x02\x00ICC_PROFILE\0\x01\x01', 'latin1'), head, start, name])
}
const wide = (name: string) => Buffer.from(name, 'utf16le').swap16()

test('tells sRGB by its name, of either version', () => {
  expect(hasSrgbProfile(profile(Buffer.from('sRGB IEC61966-2.1\0'), 'desc'))).toBe(true)
  expect(hasSrgbProfile(profile(wide('sRGB'), 'mluc'))).toBe(true)
  expect(hasSrgbProfile(profile(Buffer.from('sRGB-elle-V2-g10.icc\0'), 'desc'))).toBe(false)
  expect(hasSrgbProfile(profile(wide('Display P3'), 'mluc'))).toBe(false)
  expect(hasSrgbProfile(profile(Buffer.from('sRGB\0'), 'desc', 'CMYK'))).toBe(false)
})

test('does not read past a profile that is cut or damaged', () => {
  const whole = profile(wide('sRGB'), 'mluc')
  for (let length = 0; length < whole.length; length++) expect(hasSrgbProfile(whole.subarray(0, length))).toBe(false)
  for (let at = 140; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at] = 0xff
    hasSrgbProfile(damaged)
  }
})

test('gives the same pixels with an sRGB profile as without, and follows others', async () => {
  const plain = await noise(300, 200).jpeg().toBuffer()
  const pixels = await noise(300, 200).raw().toBuffer()
  const source = sharp(pixels, { raw: { width: 300, height: 200, channels: 3 } })
  const named = await source.clone().jpeg().withIccProfile('srgb').toBuffer()
  expect(hasSrgbProfile(named)).toBe(true)
  expect(difference(await decodePicture(named, recipe(64)), await decodePicture(plain, recipe(64)))).toBe(0)
  const wider = await corners().jpeg({ quality: 95 }).withIccProfile('p3').toBuffer()
  expect(hasSrgbProfile(wider)).toBe(false)
})
