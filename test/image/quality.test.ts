import { join } from 'node:path'
import fs from 'fs-extra'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { PictureError } from '../../src/image/pictureError.ts'
import { flawsOf, inspectPicture, type QualityFlaw } from '../../src/image/quality.ts'
import { thumbnail } from '../../src/image/thumbnail.ts'
import { SAMPLE } from '../helpers/pictures.ts'

const CROW = join(SAMPLE, 'bird', 'crow.jpg')

async function samplePaths(): Promise<string[]> {
  const categories = await fs.readdir(SAMPLE)
  return (
    await Promise.all(
      categories.map(async name => (await fs.readdir(join(SAMPLE, name))).map(file => join(SAMPLE, name, file))),
    )
  ).flat()
}

/** Shares of the pictures with each flaw after something was done to its pictures. */
async function flawsAfter(
  change: (picture: Sharp) => Sharp,
  paths: readonly string[],
): Promise<Partial<Record<QualityFlaw, number>>> {
  const found = await Promise.all(
    paths.map(async path => flawsOf(await inspectPicture(await change(sharp(path)).jpeg({ quality: 85 }).toBuffer()))),
  )
  const shares: Partial<Record<QualityFlaw, number>> = {}
  for (const flaw of found.flat()) shares[flaw] = (shares[flaw] ?? 0) + 1 / paths.length
  return shares
}

/** Every third: enough to tell shares. */
async function somePaths(): Promise<string[]> {
  return (await samplePaths()).filter((_, at) => at % 3 === 0)
}

describe('the quality of a picture', () => {
  it('finds nothing wrong with the sample', async () => {
    expect(await flawsAfter(picture => picture, await samplePaths())).toEqual({})
  })

  it('finds blurred ones', async () => {
    // A blur of 3 of 256 pixels.
    const { blurred = 0, ...others } = await flawsAfter(
      picture => picture.resize(256, 256, { fit: 'inside' }).blur(3),
      await somePaths(),
    )
    expect(blurred).toBeGreaterThan(0.93)
    expect(others).toEqual({})
  })

  it('finds dark ones', async () => {
    const { dark = 0, blank = 0 } = await flawsAfter(picture => picture.linear(0.2, 0), await somePaths())
    expect(dark + blank).toBeGreaterThan(0.99)
  })

  it('finds tiny, odd-shaped and blank ones', async () => {
    const flaws = async (picture: Sharp) => flawsOf(await inspectPicture(await picture.png().toBuffer()))
    expect(await flaws(sharp(CROW).resize(24, 24))).toEqual(['tiny'])
    expect(await flaws(sharp(CROW).resize(800, 200, { fit: 'fill' }))).toEqual(['odd-shaped'])
    const blank = sharp({ create: { width: 300, height: 200, channels: 3, background: '#7799aa' } })
    expect(await flaws(blank)).toEqual(['blank'])
    const dot = sharp({ create: { width: 1, height: 1, channels: 4, background: '#00000000' } })
    expect(await flaws(dot)).toEqual(['tiny', 'blank'])
  })

  it('measures upright', async () => {
    const lying = await sharp(CROW).resize(200, 100, { fit: 'fill' }).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await inspectPicture(lying)).toMatchObject({ width: 100, height: 200 })
  })

  it('says what is wrong with what is no picture', async () => {
    await expect(inspectPicture(Buffer.from('text'))).rejects.toBeInstanceOf(PictureError)
    await expect(thumbnail(Buffer.from('text'))).rejects.toBeInstanceOf(PictureError)
  })
})

describe('a thumbnail', () => {
  it('is a JPEG of at most 240 pixels a side in a few KB', async () => {
    const uris = await Promise.all((await somePaths()).map(path => thumbnail(path)))
    const total = uris.reduce((sum, uri) => sum + uri.length, 0)
    expect(total / uris.length).toBeLessThan(9000)
    const { format, width, height } = await sharp(Buffer.from(uris[0]!.split(',')[1]!, 'base64')).metadata()
    expect(format).toBe('jpeg')
    expect(Math.max(width, height)).toBe(240)
  })

  it('is made of thin and of transparent pictures', async () => {
    const thin = sharp({ create: { width: 1, height: 3000, channels: 4, background: '#00000000' } })
    expect(await thumbnail(await thin.png().toBuffer())).toMatch(/^data:image\/jpeg;base64,/)
  })
})
